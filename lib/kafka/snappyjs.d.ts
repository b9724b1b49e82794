declare module 'snappyjs' {
  export function compress(plain: Buffer): Buffer;
  export function uncompress(packed: Buffer): Buffer;
}
