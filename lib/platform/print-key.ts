import { hkdfSync } from 'node:crypto';

/** Key of the fingerprints of content, from that of the fingerprints of secrets (`redactionKey`). 16 bytes. */
export const printKey = (redactionKey: Uint8Array): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', redactionKey, '', 'custody context prints', 16));
