import { join } from 'node:path';
import { z } from 'zod';

const flag = z
  .stringbool({ truthy: ['1', 'true', 'yes', 'on'], falsy: ['0', 'false', 'no', 'off', ''] })
  .default(false);
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
);
const secret = z.string().min(32, 'must have at least 32 characters, for example of `openssl rand -hex 32`');

const claimedRoles = ['viewer', 'analyst', 'responder', 'auditor'] as const;
const roleMap = z
  .string()
  .transform((text) => Object.fromEntries(text.split(',').map((pair) => pair.split('=').map((part) => part.trim()))))
  .pipe(z.record(z.string().min(1), z.enum(claimedRoles)));

const kafkaVariables = {
  /** Without brokers events come in by HTTP alone. */
  KAFKA_BROKERS: list.default([]),
  KAFKA_TOPIC: z.string().default('mcp.audit.v1'),
  KAFKA_SSL: flag,
  /** Files in PEM. */
  KAFKA_SSL_CA: z.string().optional(),
  KAFKA_SSL_CERT: z.string().optional(),
  KAFKA_SSL_KEY: z.string().optional(),
  KAFKA_SASL_MECHANISM: z
    .string()
    .toLowerCase()
    .pipe(z.enum(['plain', 'scram-sha-256', 'scram-sha-512']))
    .optional(),
  KAFKA_SASL_USERNAME: z.string().optional(),
  KAFKA_SASL_PASSWORD: z.string().optional(),
};

const logOrigin = {
  /**
   * How the names of this installation's logs begin, instead of one made up: a host and path that are yours. It counts at the first
   * start alone; a log that was signed keeps its name.
   */
  CUSTODY_LOG_ORIGIN: z
    .string()
    .max(200)
    .regex(/^[a-z0-9][a-z0-9.-]*(?::\d+)?(?:\/[A-Za-z0-9._~-]+)*$/, 'must be like logs.example.org/custody')
    .optional(),
};

/** Complains of every variable of `needed` that is not set although `trigger` is. */
function together<Given extends object>(
  given: Given,
  context: z.RefinementCtx,
  trigger: keyof Given & string,
  ...needed: (keyof Given & string)[]
): void {
  if (!given[trigger]) return;
  for (const name of needed) {
    if (given[name]) continue;
    context.addIssue({ code: 'custom', path: [name], message: `is needed because ${trigger} is set` });
  }
}

function kafkaTogether(given: KafkaEnv, context: z.RefinementCtx): void {
  together(given, context, 'KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD');
  together(given, context, 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_MECHANISM');
  together(given, context, 'KAFKA_SSL_CERT', 'KAFKA_SSL_KEY');
  together(given, context, 'KAFKA_SSL_KEY', 'KAFKA_SSL_CERT');
}

const anchors = {
  /** File of the witness policy (c2sp.org/tlog-policy); without one nobody is asked to cosign. */
  CUSTODY_WITNESS_POLICY: z.string().optional(),
  /** How often witnesses are asked. */
  CUSTODY_WITNESS_SECONDS: z.coerce.number().int().min(1).max(86_400).default(30),
  /** Address of a timestamp authority (RFC 3161). */
  CUSTODY_TSA_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** File in PEM with the authority's certificates. */
  CUSTODY_TSA_CA: z.string().optional(),
  /** How often checkpoints are stamped. */
  CUSTODY_TSA_SECONDS: z.coerce.number().int().min(1).max(31_536_000).default(3_600),
  /** Whether everybody may read checkpoints, tiles and entries of the logs: hashes, ids and sources, never content. */
  CUSTODY_PUBLIC_LOG: flag,
};

const schema = z
  .object({
    NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),
    LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    PORT: z.coerce.number().int().min(1).max(65535).default(3000),

    DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, 'must be like postgresql://user:password@host:5432/database'),
    ...kafkaVariables,

    /** What every keyed thing is derived from: sessions, fingerprints of secrets. */
    CUSTODY_SECRET: secret,
    /** Folder of the signing keys and, embedded, of all data. */
    CUSTODY_DATA: z.string().default('.custody'),
    /** Believe events that say they were generated for a demonstration: they are shown and counted apart. */
    CUSTODY_GENERATED: flag,
    /** Address under which people reach the console. */
    NEXTAUTH_URL: z.url().optional(),
    /** How many proxies stand in front of the console, each appending to X-Forwarded-For; that header is believed no further. */
    CUSTODY_TRUSTED_PROXIES: z.coerce.number().int().min(0).max(10).default(0),
    CUSTODY_ADMIN_EMAIL: z.email().optional(),
    CUSTODY_ADMIN_PASSWORD: z.string().min(12, 'must have at least 12 characters').optional(),

    OIDC_ISSUER: z.url().optional(),
    OIDC_CLIENT_ID: z.string().optional(),
    OIDC_CLIENT_SECRET: z.string().optional(),
    OIDC_NAME: z.string().default('Single sign-on'),
    /** Claim of the id token with the person's role or groups: a string or a list of strings. */
    OIDC_ROLE_CLAIM: z.string().default('groups'),
    /** What the claim's values mean: `soc=responder,audit=auditor`. Nobody becomes an administrator by a claim. */
    OIDC_ROLE_MAP: roleMap.default({}),
    /** Role of people whose claim says nothing; unset: only those who are users already come in. */
    OIDC_DEFAULT_ROLE: z.enum(claimedRoles).optional(),
    /** For providers that verify addresses but do not say so (`email_verified` missing). */
    OIDC_EMAIL_TRUSTED: flag,

    /** Bearer token for /api/metrics, which is off without one: behind a proxy nobody can tell who is on this machine. */
    METRICS_TOKEN: secret.optional(),
    /** Key that signs checkpoints, PKCS#8 PEM; without it one is made and kept in CUSTODY_DATA. */
    CUSTODY_LOG_KEY: z.string().optional(),
    /** Key that signs what this installation saw and says, PKCS#8 PEM; without it one is made and kept in CUSTODY_DATA. */
    CUSTODY_OBSERVER_KEY: z.string().optional(),
    /** How often the worker tampers with a copy of a log and looks whether that is found, in hours; 0: never. */
    CUSTODY_DRILL_HOURS: z.coerce.number().min(0).max(8760).default(24),
    ...logOrigin,
    ...anchors,
    /** The worker's own metrics and health; off where the port is not set. */
    WORKER_METRICS_PORT: z.coerce.number().int().min(1).max(65535).optional(),
    WORKER_METRICS_HOST: z.string().default('127.0.0.1'),
  })
  .superRefine((env, context) => {
    kafkaTogether(env, context);
    together(env, context, 'OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET');
    together(env, context, 'CUSTODY_ADMIN_PASSWORD', 'CUSTODY_ADMIN_EMAIL');
  });

export type Env = z.infer<typeof schema>;

/** Thrown with one line for each variable that is missing or wrong. */
export class EnvError extends Error {
  override name = 'EnvError';
}

/** The part that a sensor needs to reach Kafka, and nothing else has to be set for. */
export type KafkaEnv = Pick<Env, keyof typeof kafkaVariables>;

/** Reads variables as the process has them; an empty one counts as not set. Throws EnvError naming all that is wrong. */
export const parseEnv = (variables: Record<string, string | undefined>): Env => parseWith(schema, variables);

function parseWith<Schema extends z.ZodType>(
  shape: Schema,
  variables: Record<string, string | undefined>,
): z.output<Schema> {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  const result = shape.safeParse(given);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => {
    const name = issue.path.join('.');
    return `  ${name} ${given[name] === undefined && issue.code !== 'custom' ? 'is not set' : issue.message}`;
  });
  throw new EnvError(`The environment is not complete:\n${[...new Set(lines)].join('\n')}`);
}

let parsed: Env | undefined;

/** The process's environment, parsed at the first call. */
export function env(): Env {
  parsed ??= parseEnv(process.env);
  return parsed;
}

/** The process's KAFKA_* variables. Throws EnvError naming all that is wrong. */
export const kafkaEnv = (): KafkaEnv => parseWith(z.object(kafkaVariables).superRefine(kafkaTogether), process.env);

/** The process's CUSTODY_LOG_ORIGIN. Throws EnvError where it can't be one. */
export const logOriginSetting = (): string | undefined =>
  parseWith(z.object(logOrigin), process.env).CUSTODY_LOG_ORIGIN;

/** The process's CUSTODY_SECRET. Throws EnvError where it is missing or too short. */
export const secretSetting = (): string => parseWith(z.object({ CUSTODY_SECRET: secret }), process.env).CUSTODY_SECRET;

/** Takes over what the embedded installation wrote down of itself (`env` in its data folder), for what is not set otherwise. */
export function loadInstallation(): void {
  try {
    process.loadEnvFile(join(process.env.CUSTODY_DATA || '.custody', 'env'));
  } catch {
    // There is none: the environment says it all.
  }
}

/** The process's environment for a program that it wraps: all of it but what only the sensor may know. */
export const wrappedEnvironment = (): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:CUSTODY_|KAFKA_SASL_)/.test(name)));
