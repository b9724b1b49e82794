import type { DeadLetterReason } from '@/lib/core/event/result';

/** What each reason means to a person, and what mends it. */
export const reasonWords: Record<DeadLetterReason, { means: string; mend: string }> = {
  not_utf8: { means: 'The bytes are not UTF-8', mend: 'Have the emitter write UTF-8.' },
  not_json: { means: 'Not JSON', mend: 'Look at what the emitter wrote; a cut-off message is common.' },
  duplicate_key: {
    means: 'A key stands twice in one object',
    mend: 'Two readers would read it differently, so it is refused. Mend the emitter.',
  },
  unsafe_integer: {
    means: 'A number is past 2^53',
    mend: 'Readers would round it. Have the emitter write it as a string.',
  },
  lone_surrogate: { means: 'Half of a UTF-16 pair', mend: 'Have the emitter cut strings at whole characters.' },
  too_deep: { means: 'Nested too deep', mend: 'Have the emitter cut the value.' },
  too_large: { means: 'Too large', mend: 'Have the emitter cut the value or send its hash.' },
  bad_compression: { means: 'Cannot be decompressed', mend: 'Check the codec of the producer.' },
  not_storable: {
    means: 'Holds what the database cannot keep',
    mend: 'A NUL character, most often; have the emitter leave it out.',
  },
  unknown_format: { means: 'No known format', mend: 'See the README for formats that are read.' },
  wrong_schema: { means: 'Does not fit the schema', mend: 'The detail names the member; mend the emitter.' },
  time_out_of_range: { means: 'Its time is far off', mend: 'Set the clock of the emitter; then send it again.' },
  unknown_key: {
    means: 'Signed with a key that nobody enrolled',
    mend: 'If the source is yours, enroll its key (custody key), then replay.',
  },
  revoked_key: { means: 'Signed with a revoked key', mend: 'Find out who still holds that key.' },
  bad_signature: {
    means: 'The signature is not right',
    mend: 'Someone changed it on the way, or forged it. Find out who.',
  },
  signature_missing: {
    means: 'Unsigned, from a source that signs',
    mend: 'Someone may be sending in its name. Find out who.',
  },
  bad_disclosure: {
    means: 'What it discloses is not what it committed to',
    mend: 'Bring the sensor up to date, or find out who changed it on the way.',
  },
  hash_mismatch: { means: 'Content and hash disagree', mend: 'Someone changed it on the way. Find out who.' },
};
