// A stdio server that is the way to an HTTP one: each line goes there, and the answer comes back. Calls whose arguments say
// `way: direct` go to the second address.
import { createInterface } from 'node:readline';

const [through, direct] = process.argv.slice(2);
for await (const line of createInterface({ input: process.stdin })) {
  const url = line.includes('"way":"direct"') ? direct : through;
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: line });
  process.stdout.write(`${await response.text()}\n`);
}
