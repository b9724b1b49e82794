import type { KafkaSettings } from './settings';

type Security = Pick<KafkaSettings, 'ssl' | 'sasl'>;

/** What an error of the way to Kafka says, in one line, and what to do about it; null where that is not known. */
export function kafkaTrouble(error: unknown, settings: Security): { says: string; todo: string | null } {
  const says = messageOf(error).replace(/\s+/g, ' ').trim();
  return { says, todo: known.find(([sign]) => sign.test(says))?.[1](settings) ?? null };
}

/** Both in one line. */
export function kafkaTroubleLine(error: unknown, settings: Security): string {
  const { says, todo } = kafkaTrouble(error, settings);
  return todo ? `${says.replace(/\.$/, '')}. ${todo}` : says;
}

/** By what the broker, Node's TLS and kafkajs say; kafkajs keeps few codes. */
const known: [sign: RegExp, advice: (settings: Security) => string | null][] = [
  [
    /invalid credentials|invalid username or password/i,
    ({ sasl }) =>
      `Check KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD, and that the broker knows this user for ${sasl?.mechanism ?? 'the mechanism'}.`,
  ],
  [
    /mechanism is not supported|not support the requested SASL mechanism/i,
    () => 'Set KAFKA_SASL_MECHANISM to one that the broker has enabled.',
  ],
  [
    /current SASL state/,
    () =>
      'This listener knows no SASL: name the port of one that does in KAFKA_BROKERS, or leave KAFKA_SASL_MECHANISM out.',
  ],
  [
    /unable to verify|self[- ]signed|unable to get (?:local )?issuer/,
    ({ ssl }) =>
      typeof ssl === 'object' && ssl.ca
        ? "KAFKA_SSL_CA does not hold the authority that signed the broker's certificate: name the right PEM file there."
        : "No known authority signed the broker's certificate: name the PEM file of the one that did in KAFKA_SSL_CA.",
  ],
  [/certificate (?:has expired|is not yet valid)/, () => "Renew the broker's certificate, or set the clocks right."],
  [
    /altnames/,
    () =>
      'KAFKA_BROKERS, and advertised.listeners of the broker, must use a name that the certificate is for; or add this name to the certificate.',
  ],
  [
    /SSL alert number|alert (?:bad|unknown|certificate)/,
    ({ ssl }) =>
      typeof ssl === 'object' && ssl.cert
        ? 'The broker refuses the certificate of KAFKA_SSL_CERT: it must be signed by an authority that the broker trusts.'
        : "The broker asks for a client's certificate: set KAFKA_SSL_CERT and KAFKA_SSL_KEY.",
  ],
  [
    /before secure TLS connection|wrong version number/,
    () =>
      'This listener speaks no TLS: name the port of one that does in KAFKA_BROKERS, or leave KAFKA_SSL and KAFKA_SSL_* out.',
  ],
  [
    /Closed connection/,
    ({ ssl, sasl }) =>
      !ssl
        ? 'If it stays so, this listener may want TLS: set KAFKA_SSL and KAFKA_SSL_CA.'
        : !sasl
          ? 'If it stays so, this listener may want a sign-in: set KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD.'
          : null,
  ],
  [
    /not authorized|authorization failed/i,
    () =>
      "Give this user its rights (ACLs): the worker's Read on the topic and on the group custody.<topic>, Write on <topic>.dlq; a sensor's Write on the topic.",
  ],
  [/ECONNREFUSED/, () => 'Start the broker, or mend KAFKA_BROKERS.'],
  [/ENOTFOUND|EAI_AGAIN/, () => 'No host has this name: mend KAFKA_BROKERS, or advertised.listeners of the broker.'],
];

/** Where several went wrong at once, kafkajs hides what in the parts. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const parts = (error as { errors?: unknown }).errors;
  return Array.isArray(parts) && parts.length > 0 ? parts.map(messageOf).join('; ') : error.message;
}
