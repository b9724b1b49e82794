import { createHmac, hash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { createEngine } from '../core/detection/engine';
import { rules } from '../core/detection/rules/index';
import { type ScanFinding, type ScanItem, scanItem } from '../core/detection/scan';
import { isObject } from '../core/event/json';
import { fingerprinter } from '../core/redaction/marker';
import { type Severity, severityId } from '../core/severity';
import { printable, printableJson } from '../platform/printable';
import { sarif } from './sarif';

export interface ScanOptions {
  format?: 'text' | 'jsonl' | 'sarif';
  failOn?: Severity;
}

/** What the scan says of one item. */
export type ScanAnswer = { id: string; findings: ScanFinding[] } | { id: string; error: string };

/**
 * Scans JSON lines from standard input, or a file: JSON lines, a tools/list answer or a JSON-RPC capture. Answers the exit
 * code: 0; 1 where something at or over `failOn` was found; 2 where the input is unusable.
 */
export async function scan(file: string | undefined, options: ScanOptions): Promise<number> {
  const format = options.format ?? (file === undefined ? 'jsonl' : 'text');
  const key = randomBytes(32);
  const tools = {
    engine: createEngine(rules),
    rules,
    sha256: (data: string | Uint8Array) => hash('sha256', data),
    fingerprint: fingerprinter((secret, data) => createHmac('sha256', secret).update(data).digest(), key),
  };
  const answers: ScanAnswer[] = [];
  let items = 0;
  let errors = 0;
  let worst = 0;
  for await (const input of file === undefined ? jsonLines(process.stdin) : itemsOf(file)) {
    items += 1;
    const answer = answerTo(input, items, tools);
    if ('error' in answer) errors += 1;
    else worst = Math.max(worst, ...answer.findings.map((finding) => severityId(finding.level)));
    if (format === 'sarif') answers.push(answer);
    else await write(format === 'jsonl' ? `${printableJson(JSON.stringify(answer))}\n` : asText(answer));
  }
  if (format === 'sarif') await write(`${printableJson(JSON.stringify(sarif(answers, rules, file), null, 2))}\n`);
  if (items === errors) {
    process.stderr.write(
      `custody scan: no usable input in ${file ?? 'standard input'}; give JSON lines, a tools/list answer or a capture.\n`,
    );
    return 2;
  }
  return options.failOn && worst >= severityId(options.failOn) ? 1 : 0;
}

type Input = { value: unknown } | { error: string };

function answerTo(input: Input, number: number, tools: Parameters<typeof scanItem>[1]): ScanAnswer {
  const value = 'value' in input ? input.value : null;
  const id = isObject(value) && typeof value.id === 'string' ? value.id : String(number);
  if ('error' in input) return { id, error: input.error };
  if (!isObject(value) || (!Array.isArray(value.messages) && value.record === undefined)) {
    return { id, error: 'an item is {"id", "messages": [...]} or {"id", "record": {...}}' };
  }
  try {
    return { id, findings: scanItem({ ...(value as object), id } as ScanItem, tools) };
  } catch (error) {
    return { id, error: (error as Error).message };
  }
}

async function* jsonLines(stream: NodeJS.ReadableStream): AsyncGenerator<Input> {
  for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === '') continue;
    try {
      yield { value: JSON.parse(line) };
    } catch {
      yield { error: 'not JSON' };
    }
  }
}

/** A file is one JSON text, or JSON lines. */
async function* itemsOf(file: string): AsyncGenerator<Input> {
  let whole: unknown;
  try {
    whole = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const lines: Input[] = [];
    for await (const line of jsonLines(createReadStream(file))) lines.push(line);
    // Lines that are messages belong together: a capture.
    if (lines.every((line) => 'value' in line && isMessage(line.value))) {
      yield { value: { id: file, messages: lines.map((line) => ('value' in line ? line.value : null)) } };
    } else yield* lines;
    return;
  }
  yield { value: itemOf(whole, file) };
}

const isMessage = (value: unknown): boolean => isObject(value) && value.jsonrpc === '2.0';

function itemOf(whole: unknown, file: string): unknown {
  if (Array.isArray(whole) && whole.every(isMessage)) return { id: file, messages: whole };
  if (!isObject(whole)) return whole;
  const result = isObject(whole.result) ? whole.result : whole;
  if (!Array.isArray(result.tools)) return isMessage(whole) ? { id: file, messages: [whole] } : whole;
  const list = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} };
  return { id: file, messages: [list, { jsonrpc: '2.0', id: 1, result: { tools: result.tools } }] };
}

function asText(answer: ScanAnswer): string {
  if ('error' in answer) return `${printable(answer.id)}: cannot be read: ${printable(answer.error)}\n`;
  if (answer.findings.length === 0) return `${printable(answer.id)}: nothing found\n`;
  return answer.findings
    .map((found) => `${printable(answer.id)}: ${found.level} ${found.rule}: ${printable(found.summary)}\n`)
    .join('');
}

/** Waits where the reader is slower. */
const write = (text: string): Promise<void> =>
  new Promise((resolve) => {
    if (process.stdout.write(text)) resolve();
    else process.stdout.once('drain', resolve);
  });
