import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Builds the verifier with Go's golang.org/x/mod/sumdb into `program`. Answers why it is not there, or null. Throws where it does not
 * compile.
 */
export function buildGoVerifier(program: string): string | null {
  const build = spawnSync('go', ['build', '-o', program, '.'], {
    cwd: fileURLToPath(new URL('../interop/go', import.meta.url)),
    encoding: 'utf8',
    timeout: 120_000,
  });
  if (build.error) return 'Go is not installed here';
  if (/dial tcp|no such host|proxyconnect|i\/o timeout|403 Forbidden/.test(build.stderr))
    return 'golang.org/x/mod can not be fetched here';
  if (build.status !== 0) throw new Error(build.stderr);
  return null;
}
