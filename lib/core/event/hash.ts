/** SHA-256 of text in UTF-8 or of bytes, as 64 lower-case hexadecimal digits. Passed in: the core holds no crypto. */
export type Sha256Hex = (data: string | Uint8Array) => string;
