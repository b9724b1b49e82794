import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks in a second; Linux has had 100 on all that Node runs on. */
const ticks = 100;

/** CPU seconds of a process and of all below it, those that ended included. Linux. */
export function cpuSeconds(pid: number): number {
  const children = childrenOf();
  let total = 0;
  const visit = (at: number) => {
    const fields = statOf(at);
    if (!fields) return;
    // utime, stime, and those of children that were waited for: fields 14 to 17 of proc(5).
    for (const field of [11, 12, 13, 14]) total += Number(fields[field]) / ticks;
    for (const child of children.get(at) ?? []) visit(child);
  };
  visit(pid);
  return total;
}

/** Resident memory in MiB. */
export function rssMib(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Math.round(Number(line?.[1] ?? 0) / 1024);
}

/** From the third field on: the second, the name, may hold anything. */
function statOf(pid: number): string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

function childrenOf(): Map<number, number[]> {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = Number(statOf(Number(name))?.[1] ?? 0);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  return children;
}
