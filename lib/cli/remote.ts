import { readFileSync } from 'node:fs';
import { fail } from './fail';

/** An http or https address; ends the command where it is none, or shows a password. */
export function httpUrl(text: string, option: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol))
    fail(new Error(`${option} takes an http or https address, not ${text}.`));
  if (url.username || url.password) {
    fail(new Error(`${option} takes an address without user and password, which everyone on this machine could read.`));
  }
  return url;
}

export interface GivenKey {
  /** Of CUSTODY_API_KEY. */
  key?: string;
  /** The key stood on the command line, where `ps` shows it to everyone on the machine. */
  keyShown: boolean;
  keyFile?: string;
}

/** The API key that --to needs; ends the command where there is none. */
export function apiKey({ key, keyShown, keyFile }: GivenKey, scope: string): string {
  if (keyShown) {
    fail(new Error('a key on the command line is shown to everyone by ps: use CUSTODY_API_KEY, or --key-file FILE.'));
  }
  const given = keyFile === undefined ? key : readFileSync(keyFile, 'utf8').trim();
  if (!given || /\s/.test(given)) {
    fail(new Error(`--to needs an API key with the scope ${scope}: CUSTODY_API_KEY, or --key-file FILE.`));
  }
  return given;
}
