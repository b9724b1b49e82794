import type { Sha256 } from './crypto';
import { cosignatureType, NoteError, parseVerifierKey, type VerifierKey } from './note';

/** A trust policy of c2sp.org/tlog-policy: which logs, which witnesses, and how many of whom must have cosigned. */
export interface WitnessPolicy {
  /** Empty where the file names none: then any log's checkpoint is judged. */
  logs: VerifierKey[];
  witnesses: PolicyWitness[];
  /** Null: `quorum none`. */
  quorum: PolicyNode | null;
}

export interface PolicyWitness {
  /** As the file calls it. */
  name: string;
  /** As the file writes it. */
  vkey: string;
  key: VerifierKey;
  /** Submission prefix of c2sp.org/tlog-witness. */
  url: string | null;
  /** Who runs it; where no line says so, it stands for itself. */
  organisation: string;
  /** Run by whoever runs the log: its word is the log's own, and counts for nothing. */
  own: boolean;
}

export type PolicyNode = { witness: string } | { group: string; threshold: number; members: PolicyNode[] };

/** The file is not a policy, or counts what must not be counted; the message names the line. */
export class PolicyError extends Error {
  override name = 'PolicyError';
}

const mostLines = 2_000;

/**
 * Reads a policy file. Beside the specification's lines it knows two comments, which other readers pass over:
 * `#custody:organisation NAME: w1 w2` and `#custody:own w3`. A group may count each organisation once alone, so that this file means
 * the same to every reader: what belongs together goes into a group of its own. Throws PolicyError.
 */
export function parsePolicy(sha256: Sha256, text: string): WitnessPolicy {
  const lines = text.split('\n');
  if (lines.length > mostLines) throw new PolicyError(`the policy has more than ${mostLines} lines`);
  const reader = new PolicyReader(sha256);
  for (const [at, line] of lines.entries()) {
    try {
      reader.read(line);
    } catch (error) {
      if (!(error instanceof PolicyError || error instanceof NoteError)) throw error;
      throw new PolicyError(`line ${at + 1} of the policy: ${error.message}`);
    }
  }
  return reader.finish();
}

class PolicyReader {
  readonly #logs: VerifierKey[] = [];
  readonly #witnesses = new Map<string, PolicyWitness>();
  readonly #named = new Map<string, PolicyNode>();
  readonly #counted = new Set<string>();
  readonly #organised = new Map<string, string>();
  readonly #own = new Set<string>();
  #quorum: string | undefined;

  constructor(readonly sha256: Sha256) {}

  read(line: string): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(line)) throw new PolicyError('has control characters');
    const trimmed = line.replace(/^[ \t]+|[ \t]+$/g, '');
    const [keyword = '', ...words] = trimmed.split(/[ \t]+/);
    if (trimmed.startsWith('#custody:')) this.#readOurs(trimmed.slice('#custody:'.length));
    else if (keyword === 'log') this.#readLog(words);
    else if (keyword === 'witness') this.#readWitness(words);
    else if (keyword === 'group') this.#readGroup(words);
    else if (keyword === 'quorum') this.#readQuorum(words);
    else if (keyword !== '' && !keyword.startsWith('#'))
      throw new PolicyError(`"${keyword}" begins no line; log, witness, group and quorum do`);
  }

  finish(): WitnessPolicy {
    if (this.#quorum === undefined) throw new PolicyError('the policy has no quorum line');
    for (const name of [...this.#organised.keys(), ...this.#own]) {
      if (!this.#witnesses.has(name)) throw new PolicyError(`a #custody: line names ${name}, which is no witness here`);
    }
    const witnesses = [...this.#witnesses.values()].map((witness) => ({
      ...witness,
      organisation: this.#organised.get(witness.name) ?? witness.name,
      own: this.#own.has(witness.name),
    }));
    const quorum = this.#quorum === 'none' ? null : (this.#named.get(this.#quorum) as PolicyNode);
    const organisations = new Map(witnesses.map(({ name, organisation }) => [name, organisation]));
    if (quorum) this.#checkCounting(quorum, organisations);
    return { logs: this.#logs, witnesses, quorum };
  }

  #readOurs(line: string): void {
    const organisation = /^organisation[ \t]+([^:]+):(.*)$/.exec(line);
    const own = /^own[ \t]+(.*)$/.exec(line);
    const names = (organisation?.[2] ?? own?.[1] ?? '').split(/[ \t]+/).filter(Boolean);
    if (names.length === 0)
      throw new PolicyError('write "#custody:organisation NAME: witness..." or "#custody:own witness..."');
    for (const name of names) {
      if (organisation && this.#organised.has(name)) throw new PolicyError(`${name} has an organisation already`);
      if (organisation) this.#organised.set(name, (organisation[1] as string).trim());
      else this.#own.add(name);
    }
  }

  #readLog([vkey = '', url, ...rest]: string[]): void {
    if (rest.length > 0) throw new PolicyError('a log line is: log <vkey> [<url>]');
    const key = parseVerifierKey(this.sha256, vkey);
    if (this.#logs.some((log) => sameKey(log, key))) throw new PolicyError('this log key stands here twice');
    if (url !== undefined) readUrl(url);
    this.#logs.push(key);
  }

  #readWitness([name = '', vkey = '', url, ...rest]: string[]): void {
    if (vkey === '' || rest.length > 0) throw new PolicyError('a witness line is: witness <name> <vkey> [<url>]');
    const key = parseVerifierKey(this.sha256, vkey, cosignatureType);
    for (const other of this.#witnesses.values()) {
      if (sameKey(other.key, key)) throw new PolicyError(`${name} has the key of ${other.name}`);
    }
    this.#name(name, { witness: name });
    const address = url === undefined ? null : readUrl(url);
    this.#witnesses.set(name, { name, vkey, key, url: address, organisation: name, own: false });
  }

  #readGroup([name = '', how = '', ...names]: string[]): void {
    if (names.length === 0) throw new PolicyError('a group line is: group <name> all|any|<k> <name>...');
    const members = names.map((member) => this.#take(member));
    const threshold = how === 'any' ? 1 : how === 'all' ? members.length : /^[1-9]\d{0,5}$/.test(how) ? Number(how) : 0;
    if (threshold < 1 || threshold > members.length)
      throw new PolicyError(
        `a group of ${members.length} asks for "${how}"; all, any, or 1 to ${members.length} is possible`,
      );
    this.#name(name, { group: name, threshold, members });
  }

  #readQuorum([name = '', ...rest]: string[]): void {
    if (this.#quorum !== undefined) throw new PolicyError('there is a quorum line already');
    if (rest.length > 0) throw new PolicyError('a quorum line is: quorum <name>');
    if (name !== 'none') this.#find(name);
    this.#quorum = name;
  }

  #name(name: string, node: PolicyNode): void {
    if (name === 'none' || this.#named.has(name)) throw new PolicyError(`the name ${name} is taken`);
    this.#named.set(name, node);
  }

  #find(name: string): PolicyNode {
    const node = this.#named.get(name);
    if (!node) throw new PolicyError(`nothing is called ${name} before this line`);
    return node;
  }

  #take(name: string): PolicyNode {
    const node = this.#find(name);
    if (this.#counted.has(name)) throw new PolicyError(`${name} is a member already`);
    this.#counted.add(name);
    return node;
  }

  /** Answers the organisations below; in one group none may be counted twice, unless the group is one organisation's. */
  #checkCounting(node: PolicyNode, organisations: Map<string, string>): Set<string> {
    if ('witness' in node) {
      if (this.#own.has(node.witness))
        throw new PolicyError(`${node.witness} is the log's own (#custody:own), and can't be part of the quorum`);
      return new Set([organisations.get(node.witness) as string]);
    }
    const below = node.members.map((member) => this.#checkCounting(member, organisations));
    const all = new Set(below.flatMap((one) => [...one]));
    const sum = below.reduce((total, one) => total + one.size, 0);
    if (all.size > 1 && sum > all.size) {
      const twice = [...all].find((name) => below.filter((one) => one.has(name)).length > 1);
      throw new PolicyError(
        `group ${node.group} counts the organisation ${twice} more than once; make a group of its witnesses and count that`,
      );
    }
    return all;
  }
}

const sameKey = (a: VerifierKey, b: VerifierKey): boolean => a.publicKey.every((byte, i) => byte === b.publicKey[i]);

function readUrl(text: string): string {
  if (!/^https?:\/\/[^\s/]+/.test(text)) throw new PolicyError(`"${text}" is no address like https://witness.example`);
  return text.replace(/\/+$/, '');
}

/** Whether the witnesses of these names are strong enough for the quorum. */
export function meetsQuorum(quorum: PolicyNode | null, cosigned: ReadonlySet<string>): boolean {
  if (quorum === null) return true;
  if ('witness' in quorum) return cosigned.has(quorum.witness);
  return quorum.members.filter((member) => meetsQuorum(member, cosigned)).length >= quorum.threshold;
}

/** How the quorum reads, by organisation: `2 of (Glasklar, Example)`. */
export function describeQuorum({ quorum, witnesses }: WitnessPolicy): string {
  if (quorum === null) return 'none';
  const organisationOf = new Map(witnesses.map(({ name, organisation }) => [name, organisation]));
  const describe = (node: PolicyNode): string => {
    if ('witness' in node) return organisationOf.get(node.witness) as string;
    const members = node.members.map(describe);
    const one = members.every((member) => member === members[0]);
    if (one && node.threshold === 1) return members[0] as string;
    return `${node.threshold} of ${one ? `${members.length} of ${members[0]}` : `(${members.join(', ')})`}`;
  };
  return describe(quorum);
}
