import { partiesOf, quote } from '../evidence';
import type { Rule } from '../rule';
import { markerEvidence } from './secret-exposure';

export const rule: Rule = {
  id: 'secret-exfiltration',
  title: 'Secret read from one server was sent to another',
  description: 'A secret that one server returned stands in the arguments of a call to another server.',
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
    const { serverKey, toolOfServer } = partiesOf(event);
    return redactions.flatMap((redaction) => {
      if (redaction.category !== 'secret' || !redaction.pointer.startsWith('/data/request/')) return [];
      const origin = sightings.find(
        (seen) =>
          seen.fingerprint === redaction.fingerprint &&
          seen.direction === 'out' &&
          seen.server !== serverKey &&
          seen.time <= event.time,
      );
      if (!origin) return [];
      const kind = redaction.kind.replaceAll('_', ' ');
      return [
        {
          summary: `A secret (${kind}) that ${quote(origin.tool)} of ${quote(origin.server)} returned was sent to ${toolOfServer}.`,
          dedup: `${redaction.fingerprint}|${origin.server}|${serverKey}`,
          evidence: [
            markerEvidence(
              view,
              redaction,
              `Read at ${origin.time} in event ${origin.eventId}, fingerprint ${redaction.fingerprint}.`,
            ),
          ],
        },
      ];
    });
  },
};
