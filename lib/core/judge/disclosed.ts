import type { AuditEvent } from '../event/envelope';
import type { Refusal } from '../event/result';
import type { Hmac } from '../provenance/crypto';
import { type Disclosed, openDisclosures } from '../redaction/disclosures';
import { personOf } from '../redaction/identity';

/** What a signer disclosed of an event. */
export interface Disclosures {
  list: readonly Disclosed[];
  /** Normalised identifier of the person who acts; null: nobody does, or they were not named. */
  person: string | null;
}

const nothingDisclosed: readonly Disclosed[] = [];

/** Checks what a signed event discloses; of an unsigned one it counts for nothing. */
export function disclosedIn(
  event: AuditEvent,
  text: string | undefined,
  signed: boolean,
  hmac: Hmac,
): Disclosures | Refusal {
  const person = personOf(event.data, signed);
  if (!signed || text === undefined) return { list: nothingDisclosed, person };
  const opened = openDisclosures(event, text, hmac);
  if (!opened.ok) return opened.refusal;
  const list = opened.value;
  return { list, person: person ?? disclosedPerson(event, list) };
}

function disclosedPerson({ data }: AuditEvent, list: readonly Disclosed[]): string | null {
  const at = (pointer: string) => String(list.find((one) => one.pointer === pointer)?.value ?? '');
  return personOf(
    { actor: { type: data.actor?.type, id: at('/data/actor/id'), display: at('/data/actor/display') } },
    true,
  );
}
