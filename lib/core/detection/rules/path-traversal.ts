import { capital, evidenceIn, partiesOf } from '../evidence';
import type { Finding, Rule, TextField } from '../rule';
import { parameterOf, type Sink, sinkOf } from '../sinks';

export const rule: Rule = {
  id: 'path-traversal',
  title: 'Path leads out of where the tool should stay',
  description:
    'An argument climbs out of its directory, is disguised to do so, or names a file that holds credentials or system settings.',
  class: 'path_traversal',
  status: 'stable',
  level: 'high',
  tags: ['owasp.mcp05', 'owasp.asi02', 'safe.t1105', 'safe.t1502', 'atlas.aml.t0037', 'attack.t1083', 'cosai.t3'],
  falsePositives: [
    'Administration tools whose purpose is to read system files.',
    'Build tools that are started deep in a source tree and climb to its top.',
  ],
  triage: [
    'See whether the call succeeded and what came back.',
    'Find out what made the agent ask for this path: look at the texts it was given before.',
    'Restrict the server to the directories that it needs; rotate what stood in the file if it was read.',
  ],
  keywords: [
    '../',
    '..\\',
    '..;',
    '/etc/',
    'etc/passwd',
    '/proc/',
    '.ssh',
    '.aws/',
    '.kube',
    'id_rsa',
    'id_ed25519',
    'win.ini',
    'boot.ini',
    'system32',
    '/root/',
    'web-inf',
    '.git/config',
    '.env',
    '.htpasswd',
    '/var/log/',
    '.netrc',
    '.npmrc',
    '.bash_history',
    'php://',
    'phar://',
    'expect://',
    'zip://',
    'file:',
    '/..',
    '\\..',
    '.gnupg',
    'web.config',
    '.docker/',
    'wp-config',
    '.pgpass',
    'ntds',
    'c:\\',
  ],
  within: 'inputs',
  types: ['rpc.tools_call', 'rpc.resources_read', 'rpc.prompts_get', 'rpc.completion'],
  match(view) {
    const { event, inputs } = view;
    const { serverKey, objectKey, toolOfServer, actor } = partiesOf(view);
    for (const field of inputs) {
      const sink = sinkOf(event, field.pointer);
      if (sink === 'prose' || sink === 'code') continue;
      const judged = judgePath(field, sink);
      if (!judged) continue;
      const finding: Finding = {
        summary: capital(`${actor} gave ${toolOfServer} a path that ${judged.says}.`),
        level: judged.level,
        dedup: `${serverKey}|${event.data.tool?.name ?? event.data.mcp?.method ?? objectKey}|${parameterOf(field.pointer)}`,
        evidence: [evidenceIn(field, judged.start, judged.start + judged.path.length)],
      };
      return [finding];
    }
    return [];
  },
};

/** Files that hold credentials or tell about the system, wherever the path begins. */
const protectedFile =
  /(?:^|\/)(?:etc\/(?:passwd|shadow|group|hosts|sudoers|gshadow|master\.passwd|security|crontab|mysql\/my\.cnf|ssh\/|ssl\/private|kubernetes\/|issue|fstab|motd|apache2?\/|httpd\/|nginx\/|php)|proc\/(?:self|\d+|version|cpuinfo|net|mounts)|\.ssh(?:\/|$)|id_(?:rsa|dsa|ecdsa|ed25519)(?:$|[^\w.])|\.aws\/(?:credentials|config)|\.kube\/config|\.docker\/config\.json|\.gnupg\/|\.netrc|\.npmrc|\.pgpass|\.git-credentials|\.bash_history|\.zsh_history|\.htpasswd|root\/\.|var\/run\/secrets|windows\/(?:win\.ini|system\.ini|system32|repair|panther)|winnt\/|win\.ini|boot\.ini|ntds\.dit|config\/sam|web-inf\/|wp-config\.php|sysprep\.|global\.asa|var\/log\/(?:apache|auth|httpd|nginx|secure))/i;
const systemFile = /^(?:file:)?\/{0,3}(?:etc|proc|root|boot|var\/run|var\/log)\/[\w.-]/i;
const wrapper =
  /^(?:php|phar|expect|zip|data|glob|ogg|rar|compress\.zlib|compress\.bzip2|jar|netdoc|gopher|dict):\/\//i;
const climb = /\.\.(?=[\\/;])|(?<=[\\/])\.\.(?=$|[\\/;?#%])/g;
const disguised =
  /%(?:25)*(?:2e|2f|5c|c0|c1|e0|u)|\.\.;\/|\.\.(?:\/\/+|\\\\+)\.\.|\.{2}[^\w\s./\\-]{1,3}[\\/]|\.{4,}[\\/]{2}|\\\.\\?\.|%00|&#/i;

interface Judged {
  says: string;
  level: 'medium' | 'high';
  path: string;
  start: number;
}

function judgePath(field: TextField, sink: Sink): Judged | null {
  const text = field.normal;
  if (text.length > 20_000) return null;
  // A command line or a sentence is looked at word by word, and needs more than a climb.
  const whole = !/\s/.test(text.trim()) || (sink === 'path' && text.length < 300);
  const words = whole
    ? [[text, 0] as const]
    : Array.from(text.matchAll(/[^\s"'`|;&<>()=]{4,1000}/g), (m) => [m[0], m.index] as const);
  for (const [word, start] of words) {
    const judged = judgeWord(word, field.text, whole, sink);
    if (judged) return { ...judged, path: word, start };
  }
  return null;
}

function judgeWord(word: string, raw: string, whole: boolean, sink: Sink): Omit<Judged, 'path' | 'start'> | null {
  const slashed = cleanPath(word);
  const climbs = climbsOf(slashed, word);
  const isProtected = protectedFile.test(slashed);
  // What a shell is told to read is its user's business, unless it is a credential.
  if (sink === 'shell') {
    return climbs >= 2 && isProtected ? { says: 'climbs to a protected file', level: 'high' } : null;
  }
  if (climbs > 0 && isProtected) return { says: 'climbs to a protected file', level: 'high' };
  if (!whole) return null;
  if (climbs > 0 && disguised.test(raw)) return { says: 'climbs out of its directory in disguise', level: 'high' };
  if (climbs >= 3) return { says: 'climbs far out of its directory', level: 'high' };
  if (climbs === 2 && escapes(slashed)) return { says: 'climbs out of its directory', level: 'medium' };
  if (isProtected && !/^https?:/i.test(word)) return { says: 'names a protected file', level: 'high' };
  if (systemFile.test(slashed)) return { says: 'names a system file', level: 'medium' };
  if (wrapper.test(word) && !/^data:\/\/\w+\/\w+;base64,/i.test(word))
    return { says: 'reads through a stream wrapper', level: 'high' };
  return null;
}

/** Backslashes as slashes, and without what is put between dots and slashes to disguise them. */
const cleanPath = (word: string): string =>
  word
    .replaceAll('\\', '/')
    .replace(/0x2e/gi, '.')
    .replace(/0x(?:2f|5c)|(?<=\.\.)2f|%u?[a-z0-9]{2,4}(?=\.\.)/gi, '/')
    .replace(/\.\.;/g, '..')
    .replace(/(?<=\/)\.\/(?=\.)/g, '')
    .replace(/\.{3,}(?=\/)/g, '..')
    .replace(/\/\.\/(?=\.\/|\.$)/g, '/.')
    .replace(/\/{2,}/g, '/');

const climbsOf = (slashed: string, word: string): number =>
  Math.max(slashed.match(climb)?.length ?? 0, word.match(climb)?.length ?? 0);

/** Whether the path ends above where it began. */
function escapes(path: string): boolean {
  let depth = 0;
  for (const part of path.split('/')) {
    if (part === '..') depth--;
    else if (part !== '' && part !== '.') depth++;
    if (depth < 0) return true;
  }
  return false;
}
