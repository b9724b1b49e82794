import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from './clients';

/** One thing that somebody does. What a server refuses is part of a working day. */
export type Step = (session: Session, round: number) => Promise<unknown>;

const call =
  (name: string, args: (round: number) => Record<string, unknown>): Step =>
  (session, round) =>
    session.callTool({ name, arguments: args(round) });
const list: Step = (session) => session.listTools();
const pick = <T>(items: readonly T[], round: number): T => items[round % items.length] as T;

const topics = ['release notes', 'supplier contracts', 'onboarding', 'quarterly figures', 'support rota'] as const;
const places = ['Lisbon', 'Utrecht', 'Kraków', 'Tartu', 'Graz'] as const;

export const everythingWork: Step[] = [
  list,
  call('echo', (round) => ({ message: `Summary of the ${pick(topics, round)}` })),
  call('get-sum', (round) => ({ a: 17 + round, b: 25 * round })),
  call('get-structured-content', (round) => ({ location: pick(['New York', 'Chicago', 'Los Angeles'], round) })),
  call('get-annotated-message', (round) => ({
    messageType: pick(['success', 'error', 'debug'], round),
    includeImage: false,
  })),
  (session) => session.listResources(),
  (session) => session.listPrompts(),
  (session) => session.getPrompt({ name: 'simple-prompt', arguments: {} }),
  call('get-resource-reference', (round) => ({ resourceType: 'Text', resourceId: 1 + (round % 5) })),
  (session, round) => session.readResource({ uri: `demo://resource/dynamic/text/${1 + (round % 6)}` }),
  call('trigger-long-running-operation', () => ({ duration: 0.6, steps: 3 })),
  call('trigger-sampling-request', (round) => ({ prompt: `Shorten the ${pick(topics, round)}`, maxTokens: 60 })),
  call('get-roots-list', () => ({})),
  call('trigger-elicitation-request', () => ({})),
  call('get-sum', () => ({ a: 'seventeen', b: 3 })),
];

export const fileWork = (folder: string): Step[] => [
  call('list_directory', () => ({ path: folder })),
  call('read_text_file', (round) => ({ path: `${folder}/${pick(['README.md', 'notes/plan.md'], round)}` })),
  call('write_file', (round) => ({
    path: `${folder}/notes/day-${round}.md`,
    content: `# Day ${round}\n\nWorked on the ${pick(topics, round)}.\n`,
  })),
  call('search_files', () => ({ path: folder, pattern: '*.md' })),
  call('get_file_info', () => ({ path: `${folder}/README.md` })),
  call('directory_tree', () => ({ path: folder })),
  call('edit_file', (round) => ({
    path: `${folder}/notes/plan.md`,
    edits: [{ oldText: '## Next', newText: `- looked at on day ${round}\n\n## Next` }],
  })),
  call('read_text_file', (round) => ({ path: `${folder}/drafts/letter-${round}.md` })),
];

export const memoryWork: Step[] = [
  call('create_entities', (round) => ({
    entities: [{ name: `Project ${pick(places, round)}`, entityType: 'project', observations: [`phase ${round}`] }],
  })),
  call('add_observations', (round) => ({
    observations: [
      { entityName: `Project ${pick(places, round)}`, contents: [`met about the ${pick(topics, round)}`] },
    ],
  })),
  call('search_nodes', (round) => ({ query: pick(places, round) })),
  call('read_graph', () => ({})),
  call('create_relations', (round) => ({
    relations: [
      { from: `Project ${pick(places, round)}`, to: `Project ${pick(places, round + 1)}`, relationType: 'follows' },
    ],
  })),
  call('open_nodes', (round) => ({ names: [`Project ${pick(places, round + 2)}`] })),
];

export const ticketWork: Step[] = [
  call('list_tickets', () => ({ state: 'open' })),
  call('get_ticket', (round) => ({ id: 101 + (round % 3) })),
  call('add_note', (round) => ({ id: 101 + (round % 3), note: `Asked the team about the ${pick(topics, round)}.` })),
  (session, round) => session.getPrompt({ name: 'triage', arguments: { id: String(101 + (round % 3)) } }),
  (session) => session.readResource({ uri: 'tickets://handbook' }),
  call('get_ticket', (round) => ({ id: 900 + round })),
  call('close_ticket', () => ({ id: 102 })),
];

/** Does the steps in turn, `rounds` of them, with a pause between. Answers how many the servers refused. */
export async function work(
  session: Session,
  steps: Step[],
  rounds: number,
  pauseMs: number,
  signal?: AbortSignal,
): Promise<{ done: number; refused: number }> {
  let refused = 0;
  let done = 0;
  for (; done < rounds && !signal?.aborted; done++) {
    const step = pick(steps, done);
    try {
      const answer = (await step(session, done)) as { isError?: boolean } | undefined;
      if (answer?.isError) refused += 1;
    } catch {
      refused += 1;
    }
    // Uneven, as people are.
    await sleep(pauseMs * (0.4 + ((done * 7919) % 100) / 80));
  }
  return { done, refused };
}
