import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Why a program in Go is not there. */
const away = /dial tcp|no such host|proxyconnect|i\/o timeout|403 Forbidden|requires go >=/;

/**
 * Builds one of the verifiers in Go under test/interop into `program`: `go` is on golang.org/x/mod/sumdb, `go-formats` on
 * transparency-dev/formats. Answers why it is not there, or null. Throws where it does not compile.
 */
export function buildGoVerifier(program: string, folder: 'go' | 'go-formats' = 'go'): string | null {
  const build = spawnSync('go', ['build', '-o', program, '.'], {
    cwd: fileURLToPath(new URL(`../interop/${folder}`, import.meta.url)),
    encoding: 'utf8',
    timeout: 120_000,
  });
  if (build.error) return 'Go is not installed here';
  if (away.test(build.stderr)) return 'its Go modules can not be fetched here';
  if (build.status !== 0) throw new Error(build.stderr);
  return null;
}
