/** Memory of batches that are done with, for those to come: what is new to the process costs the kernel a page at a time. */
export class Buffers {
  private readonly spare: ArrayBuffer[] = [];

  /** At least `bytes` long; what is in it is of no meaning. */
  take(bytes: number): ArrayBuffer {
    const found = this.spare.findIndex((buffer) => buffer.byteLength >= bytes);
    return found < 0 ? new ArrayBuffer(Math.ceil(bytes * 1.25)) : (this.spare.splice(found, 1)[0] as ArrayBuffer);
  }

  give(buffer: ArrayBuffer): void {
    this.spare.push(buffer);
    if (this.spare.length > kept) this.spare.shift();
  }
}

/** A batch of each of some partitions is in flight at a time, with two buffers. */
const kept = 8;
