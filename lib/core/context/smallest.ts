const buckets = new Uint16Array(1024);
const shift = 22;

/**
 * Where the `room` smallest of the first `count` numbers stand, smallest first, of equal ones one: the same texts keep the
 * same, whatever stands around them. Linear in `count`; at most 65,535 numbers.
 */
export function smallest(order: Uint32Array, count: number, room: number): number[] {
  const kept: number[] = [];
  if (room <= 0) return kept;
  const limit = count > 2 * room ? limitFor(order, count, room) : 0xffffffff;
  for (let i = 0; i < count; i++) {
    const value = order[i] as number;
    if (value > limit) continue;
    let at = kept.length;
    while (at > 0 && (order[kept[at - 1] as number] as number) > value) at--;
    if (at > 0 && order[kept[at - 1] as number] === value) continue;
    if (at >= room) continue;
    if (kept.length < room) kept.push(i);
    for (let j = kept.length - 1; j > at; j--) kept[j] = kept[j - 1] as number;
    kept[at] = i;
  }
  return kept;
}

/** A number at or below which there are as many as are wanted, and half as many more for those that are equal. */
function limitFor(order: Uint32Array, count: number, room: number): number {
  buckets.fill(0);
  for (let i = 0; i < count; i++) {
    const bucket = (order[i] as number) >>> shift;
    buckets[bucket] = (buckets[bucket] as number) + 1;
  }
  let below = 0;
  for (let bucket = 0; bucket < buckets.length; bucket++) {
    below += buckets[bucket] as number;
    if (below >= room * 1.5) return (bucket + 1) * 2 ** shift - 1;
  }
  return 0xffffffff;
}
