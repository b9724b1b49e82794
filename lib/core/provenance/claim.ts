import type { CheckName, Verification } from './verify';

/** What a verification entitles to say, and no more: each part stands only where its check ran and held. */
export function claimOf({ verdict, checks }: Pick<Verification, 'verdict' | 'checks'>): string {
  if (verdict === 'DIVERGED') {
    return 'the log signed two histories that contradict each other. Keep the proof file: it is evidence.';
  }
  if (verdict === 'INVALID') {
    return 'something that was stored or signed contradicts the rest. Keep the proof file, and run custody fsck.';
  }
  if (verdict === 'UNANCHORED') {
    return 'nothing contradicts, but no signed checkpoint covers this entry. One is signed each second while the worker runs.';
  }
  const held = (name: CheckName) => checks.some((check) => check.name === name && check.outcome === 'ok');
  const isOtherData = checks.some(({ name, outcome }) => name === 'data' && outcome !== 'ok');
  const content = held('body') && held('identity');
  const claims = [
    content ? 'the event, as it is stored, is in the signed log' : 'the entry is in the signed log',
    held('producer_signature') && (isOtherData ? 'its producer signed it with other data' : 'its producer signed it'),
    held('consistency') && 'the log only grew since its checkpoint before',
    held('witnesses') && 'the witnesses that you asked for saw it',
  ].filter(Boolean);
  const open = [
    !content && 'The content was not checked.',
    !held('log_key') && 'The log’s key is the one that this server names; pin it to be independent of the server.',
  ].filter(Boolean);
  return [`${claims.join(', ')}.`, ...open].join(' ');
}
