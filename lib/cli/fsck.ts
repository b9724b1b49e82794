import { writeFileSync } from 'node:fs';
import { env } from '../platform/env';
import { existingLogKey } from '../platform/keys';
import { printable } from '../platform/printable';
import { fsck } from '../store/fsck/fsck';
import type { FsckReport } from '../store/fsck/report';
import { closePool, pool } from '../store/pool';

/**
 * `custody fsck`: derives again what follows from something else in the database, and names what differs. Progress on standard error, the result on standard output.
 * Answers exit code 0 where all fits, else 1.
 */
export async function runFsck({ json }: { json?: string }): Promise<number> {
  const { CUSTODY_LOG_KEY: pem, CUSTODY_DATA: dataDir } = env();
  const { publicKey } = existingLogKey({ pem, dataDir });
  try {
    const report = await fsck(pool(), { logPublicKey: publicKey, progress: showProgress() });
    if (json) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
    process.stdout.write(describeReport(report));
    return report.found === 0 ? 0 : 1;
  } finally {
    await closePool();
  }
}

function describeReport(report: FsckReport): string {
  const lines = report.logs.map((log) =>
    printable(`${log.origin}: ${log.size} entries, ${log.checkpoints} checkpoints`),
  );
  lines.push(
    ...report.findings.map(({ log, what, where, detail }) =>
      printable(`${what.toUpperCase()} ${where} (${log}): ${detail}`),
    ),
  );
  if (report.found > report.findings.length) lines.push(`... and ${report.found - report.findings.length} more`);
  const rate = Math.round(report.entries / Math.max(report.seconds, 0.001));
  const extent = `${report.entries} entries, ${report.signatures} signatures, ${report.anchors} cosignatures and timestamps, and ${report.chains} source chains in ${report.seconds.toFixed(1)} s (${rate}/s)`;
  if (report.pruned > 0)
    lines.push(`${report.pruned} entries were pruned by retention, as the console's log says; their leaf hashes fit.`);
  lines.push(report.found === 0 ? `Everything fits: ${extent}.` : `${report.found} things do not fit: ${extent}.`);
  return `${lines.join('\n')}\n`;
}

/** At most one line in a second, and no more than are of use where nobody watches. */
function showProgress(): (done: number, total: number) => void {
  let next = performance.now() + 1000;
  return (done, total) => {
    if (performance.now() < next) return;
    next = performance.now() + (process.stderr.isTTY ? 1000 : 10_000);
    process.stderr.write(`${done} of ${total} entries (${Math.floor((done / total) * 100)} %)\n`);
  };
}
