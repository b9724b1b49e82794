import { directionOf } from '../../text/content';
import { partiesOf, quoteFirst, toolOfServer } from '../evidence';
import type { Rule } from '../rule';
import { markerEvidence } from './secret-exposure';

export const rule: Rule = {
  id: 'secret-exfiltration',
  title: 'Secret read from one server was sent to another',
  description: 'A secret that one server returned stands in what was sent to another server.',
  class: 'data_exfiltration',
  status: 'stable',
  level: 'critical',
  tags: ['safe.t1911', 'safe.t1914', 'safe.t1703', 'owasp.mcp10', 'owasp.mcp01', 'atlas.aml.t0086', 'attack.t1041'],
  falsePositives: ['A deployment agent that moves credentials from a vault to the service that needs them.'],
  triage: [
    'Open the event in which the secret was read, and what the agent saw between the two: look for injected instructions.',
    'Rotate the secret now.',
    'Deny the receiving server unless its owner can explain the call.',
  ],
  keywords: [],
  types: [],
  match(view) {
    const { event, redactions, sightings, duplicate } = view;
    if (duplicate || sightings.length === 0) return [];
    const parties = partiesOf(view);
    return redactions.flatMap((redaction) => {
      if (redaction.category !== 'secret') return [];
      const direction = directionOf(redaction.pointer);
      if (direction === null) return [];
      // Events of two partitions are judged in either order: whichever comes second sees the other.
      const sent = direction === 'in';
      const other = sightings.find(
        (seen) =>
          seen.fingerprint === redaction.fingerprint &&
          seen.direction === (sent ? 'out' : 'in') &&
          seen.server !== parties.serverKey &&
          (sent ? seen.time <= event.time : seen.time >= event.time),
      );
      if (!other) return [];
      const here = { key: parties.serverKey, name: parties.toolOfServer };
      const there = { key: other.server, name: toolOfServer(quoteFirst([other.tool]), quoteFirst([other.server])) };
      const [from, to] = sent ? [there, here] : [here, there];
      const kind = redaction.kind.replaceAll('_', ' ');
      const deed = sent ? 'Read' : 'Sent';
      return [
        {
          summary: `A secret (${kind}) that ${from.name} returned was sent to ${to.name}.`,
          dedup: `${redaction.kind}|${from.key}|${to.key}`,
          evidence: [markerEvidence(view, redaction, `${deed} at ${other.time} in event ${other.eventId}.`)],
        },
      ];
    });
  },
};
