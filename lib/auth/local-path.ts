/**
 * The path to go to after signing in, out of an address that anyone may have written; `/overview` for what leads to another
 * site or back to the sign-in page. It is read as a browser reads it, which drops tabs and line breaks from `/<tab>/host`.
 */
export function localPath(address: string | undefined): string {
  const path = (address ?? '').replace(/^https?:\/\/[^/\\]+/i, '');
  if (!path.startsWith('/') || !URL.canParse(path, here)) return start;
  const { origin, pathname, search } = new URL(path, here);
  return origin === here && !pathname.startsWith('//') && !/^\/signin(\/|$)/.test(pathname) ? pathname + search : start;
}

const start = '/overview';
const here = 'http://here.invalid';
