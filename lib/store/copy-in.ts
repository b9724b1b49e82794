import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

/** Writes a binary COPY stream `into` a table and its columns. */
export function copyIn(client: PoolClient, into: string, stream: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const sink = client.query(copyFrom(`COPY ${into} FROM STDIN (FORMAT binary)`));
    sink.on('error', reject);
    sink.on('finish', resolve);
    sink.end(Buffer.from(stream.buffer, stream.byteOffset, stream.length));
  });
}
