import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ServiceError } from './error';

/** Entries that a page holds at most: its reader's browser must hold them all. */
export const mostOnPage = 20_000;

/** In the page's file, where the bundle goes: base64, in an element that is not executed. */
const place = '<!--bundle-->';

/** The page that verifies a bundle, in two halves. The build makes it (lib/embedded/prepare.mjs). Throws ServiceError where it did not. */
export function bundlePage(): [before: string, after: string] {
  const folders = [join(process.cwd(), 'dist'), dirname(realpathSync(process.argv[1] ?? '.'))];
  const file = folders.map((folder) => join(folder, 'bundle-page.html')).find((path) => existsSync(path));
  if (file === undefined) {
    throw new ServiceError(
      'failed',
      'The page of a bundle was not built.',
      'Run npm run build in the folder of Custody.',
    );
  }
  return halvesOf(readFileSync(file, 'utf8'));
}

/** The page before and behind the place of the bundle. */
export function halvesOf(page: string): [before: string, after: string] {
  const at = page.indexOf(place);
  return [page.slice(0, at), page.slice(at + place.length)];
}

/** The page with this bundle in it. */
export async function* htmlOf(page: [string, string], text: AsyncIterable<string>): AsyncGenerator<string, void> {
  yield page[0];
  // Base64 in parts needs parts of three bytes each time.
  let rest: Uint8Array = Buffer.alloc(0);
  for await (const part of text) {
    const bytes = Buffer.concat([rest, Buffer.from(part)]);
    const whole = bytes.length - (bytes.length % 3);
    rest = bytes.subarray(whole);
    yield bytes.subarray(0, whole).toString('base64');
  }
  yield Buffer.from(rest).toString('base64');
  yield page[1];
}
