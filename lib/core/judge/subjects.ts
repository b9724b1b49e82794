/** Someone whom values belong to, as the judge has them in memory. */
export interface SubjectFact {
  /** `person:…` or `source:…`: what stands for them everywhere. */
  id: string;
  /** The keys of their commitments are derived from it. 32 bytes. */
  secret: Uint8Array;
  /** Their values are sealed with it. 32 bytes. */
  sealKey: Uint8Array;
}

const address = /^[^\s@]+@[^\s@]+$/;

const around = /^[\s\0]+|[\s\0]+$/g;

/**
 * The form in which two ways to write an identifier are one: NFC, without space or U+0000 around it or `mailto:` or `acct:` before
 * it, addresses in lower case. Null where nothing is left.
 */
export function normalIdentity(text: string): string | null {
  const trimmed = text
    .normalize('NFC')
    .replace(around, '')
    .replace(/^(?:mailto|acct):[\s\0]*/i, '');
  if (trimmed === '') return null;
  return address.test(trimmed) ? trimmed.toLowerCase() : trimmed;
}

/** Key of the subject that has what belongs to nobody in a source's events. No identifier begins like it: they are trimmed. */
export const sourceSubjectKey = (source: string): string => `\0${source}`;

export const isSourceSubject = (key: string): boolean => key.startsWith('\0');
