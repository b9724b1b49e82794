/** Changes that two different people must agree to. */
export const requestKinds = ['erasure', 'retention', 'key_revocation', 'hold_release'] as const;
export type RequestKind = (typeof requestKinds)[number];

export const requestStatuses = ['open', 'executed', 'refused', 'withdrawn', 'expired'] as const;
export type RequestStatus = (typeof requestStatuses)[number];

/** How many must agree. */
export const peopleNeeded = 2;
/** For how many days a request waits for them. */
export const requestDays = 7;

/** Why a person is erased: what the erasure's event names as its legal basis. */
export const erasureBases = {
  no_longer_needed: 'No longer needed for its purpose (GDPR 17(1)(a))',
  consent_withdrawn: 'Consent was withdrawn (GDPR 17(1)(b))',
  objection: 'The person objected (GDPR 17(1)(c))',
  unlawful: 'It was processed unlawfully (GDPR 17(1)(d))',
  legal_duty: 'A law asks for it (GDPR 17(1)(e))',
  other: 'Another, named in the reason',
} as const;
export type ErasureBasis = keyof typeof erasureBases;
