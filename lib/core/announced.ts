/** Kinds of things whose change every commit announces, and screens follow. */
export type Announced =
  | 'event'
  | 'alert'
  | 'server'
  | 'source_key'
  | 'api_key'
  | 'user'
  | 'dead_letter'
  | 'audit'
  | 'subject'
  | 'change_request'
  | 'legal_hold'
  | 'retention'
  | 'drill';
