import { resolve } from 'node:path';
import { printable } from '../platform/printable';
import { beginRotation, instancesIn, type Rotation } from '../sensor/rotate';
import { defaultStateFolder } from '../sensor/state';
import { fail } from './fail';
import { apiKey, type GivenKey, httpUrl } from './remote';

export interface RotateOptions extends GivenKey {
  state?: string;
  tenant: string;
  to: string;
}

/** Changes the key of one of this machine's sensors, here and at Custody. */
export async function rotate(instance: string | undefined, options: RotateOptions): Promise<void> {
  const root = resolve(options.state ?? defaultStateFolder());
  const url = new URL('/api/v1/sources/rotate', httpUrl(options.to, '--to'));
  const key = apiKey(options, 'source:enroll');
  const rotation = beginRotation(root, named(instance, root), options.tenant, Date.now());
  try {
    await send(url, key, rotation);
    rotation.finish();
  } finally {
    rotation.end();
  }
  const { source, new_kid, old_kid } = rotation.signed.statement;
  process.stdout.write(`${new_kid} signs for ${source} now, in place of ${old_kid}\n`);
}

function named(instance: string | undefined, root: string): string {
  const instances = instancesIn(root);
  const [only] = instances;
  if (instance === undefined && instances.length === 1 && only !== undefined) return only;
  if (instance !== undefined && instances.includes(instance)) return instance;
  const there =
    instances.length === 0 ? `no sensor has run with its state in ${root} yet` : `${root} has ${instances.join(', ')}`;
  return fail(
    new Error(instance === undefined ? `name the sensor: ${there}.` : `there is no sensor ${instance}: ${there}.`),
  );
}

async function send(url: URL, key: string, { signed }: Rotation): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(signed),
    signal: AbortSignal.timeout(30_000),
  }).catch((error: Error) => {
    const { cause } = error as { cause?: Error };
    throw new Error(
      `${url.origin} does not answer (${cause?.message ?? error.message}); the key here is the old one still. Run it again.`,
    );
  });
  if (answer.ok) return;
  const text = (await answer.text()).slice(0, 2000);
  throw new Error(
    `${url.origin} refused it, and nothing was changed: ${printable(reasonIn(text) ?? `HTTP ${answer.status}`)}`,
  );
}

function reasonIn(text: string): string | null {
  try {
    const { error } = JSON.parse(text) as { error?: { message?: string; todo?: string } };
    return error?.message === undefined ? null : `${error.message} ${error.todo ?? ''}`.trim();
  } catch {
    return null;
  }
}
