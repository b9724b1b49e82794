import { z } from 'zod';
import type { ApiKeyScope, Scope } from '../core/access';
import { announce } from '../store/announce';
import { appendAudit } from '../store/audit-log';
import { withoutNames } from '../store/pseudonymise';
import { isStorable } from '../store/storable';
import { type Tx, transaction } from '../store/transaction';
import { authorise, type Caller, callerName, callerRole } from './caller';
import { ServiceError } from './error';

/** What a verb did, for the audit entry: never a secret, never a payload. */
export interface Done<Output> {
  output: Output;
  /** What was acted on: `alert:<id>`, `server:<key>` ... */
  target: string;
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
  /** The person's own words. */
  reason?: string;
  /** What must know the place of the audit entry in the console's log; in the same transaction. */
  logged?(entry: { id: string; logIndex: number }): Promise<void>;
  /** Nothing was changed, because it was so already: no audit entry. */
  unchanged?: boolean;
}

interface Definition<Input extends z.ZodType, Output> {
  /** `<entity>.<verb>`, the audit entry's action. */
  action: string;
  scope: Scope;
  /** With which an API key may do it too. */
  keyScope?: ApiKeyScope;
  input: Input;
  /** Changes by conditional UPDATE; throws ServiceError where the condition did not hold, and nothing stays. */
  change(tx: Tx, input: z.output<Input>, caller: Caller): Promise<Done<Output>>;
}

export interface Verb<Input extends z.ZodType, Output> {
  (caller: Caller, input: z.input<Input>): Promise<Output>;
  action: string;
  scope: Scope;
  keyScope: ApiKeyScope | undefined;
}

/**
 * The one shape of everything a person or an API client can change: scope, input, transaction, change, audit entry.
 * The change and its audit entry commit together or not at all. Throws ServiceError.
 */
export function verb<Input extends z.ZodType, Output>(definition: Definition<Input, Output>): Verb<Input, Output> {
  const run = async (caller: Caller, raw: z.input<Input>): Promise<Output> => {
    authorise(caller, definition.scope, definition.keyScope);
    const parsed = parseInput(definition.input, raw);
    return transaction(async (tx) => {
      const input = await withoutNamesIn(tx, parsed);
      const { output, target, before, after, reason, logged, unchanged } = await definition.change(tx, input, caller);
      if (unchanged) return output;
      const entry = await appendAudit(tx, {
        actor: callerName(caller),
        role: callerRole(caller),
        action: definition.action,
        target,
        detail: { before, after, reason },
      });
      await logged?.(entry);
      await announce(tx, 'audit', entry.id);
      return output;
    });
  };
  return Object.assign(run, {
    action: definition.action,
    scope: definition.scope,
    keyScope: definition.keyScope,
  });
}

/**
 * Throws ServiceError `invalid` with one message for each field. What a person or a program sends is looked at here and nowhere
 * else, so here too every text that the database could not keep is refused.
 */
export function parseInput<Input extends z.ZodType>(schema: Input, raw: unknown): z.output<Input> {
  const parsed = schema.safeParse(raw);
  const fields: Record<string, string> = {};
  if (parsed.success) {
    const field = unstorable(parsed.data);
    if (field === null) return parsed.data;
    fields[field] = 'Holds U+0000 or half of a character, which cannot be kept; take it out';
  } else {
    for (const issue of parsed.error.issues) fields[issue.path.join('.')] ??= issue.message;
  }
  const [field, message] = Object.entries(fields)[0] ?? ['', 'The input is not usable.'];
  throw new ServiceError('invalid', field ? `${field}: ${message}` : message, 'Mend the input and send it again.', {
    fields,
  });
}

/** What people write in their own words, and is kept, with pseudonyms for those whom it names. */
const ownWords = ['reason', 'body'];

async function withoutNamesIn<Input>(tx: Tx, input: Input): Promise<Input> {
  if (typeof input !== 'object' || input === null) return input;
  const written = Object.entries(input).filter(([name, value]) => ownWords.includes(name) && typeof value === 'string');
  const replaced = await Promise.all(written.map(async ([name, value]) => [name, await withoutNames(tx, value)]));
  return { ...input, ...Object.fromEntries(replaced) };
}

/** The path of the first text that the database cannot keep; null where there is none. */
function unstorable(value: unknown, path = ''): string | null {
  if (typeof value === 'string') return isStorable(value) ? null : path;
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return null;
  for (const [name, member] of Object.entries(value)) {
    const found = unstorable(member, path ? `${path}.${name}` : name);
    if (found !== null) return found;
  }
  return null;
}

/** A reason that a person gives, kept in the audit entry. */
export const reasonText = z.string().trim().min(3, 'Give a reason of at least 3 characters').max(2000);
