import type { Severity } from '../../severity';
import { capital, evidenceIn, partiesOf } from '../evidence';
import type { Rule } from '../rule';
import { parameterOf, type Sink, sinkOf } from '../sinks';

const programs =
  'ls|whoami|uname|hostname|ifconfig|ipconfig|netstat|pwd|printenv|printf|curl|wget|nc|ncat|netcat|telnet|ssh|scp|tftp|bash|sh|zsh|ksh|dash|python[23]?|perl|ruby|node|php|powershell|pwsh|cmd(?:\\.exe)?|nslookup|rm|mv|cp|mkdir|chmod|chown|reboot|sudo|grep|awk|sed|xargs|base64|openssl|dd|mkfifo|crontab|systeminfo|tasklist|net (?:user|view|localgroup)|certutil|bitsadmin|wmic|passthru|sendmail|whereis|arp|lsof|useradd|vim?|lua|gcc|yum|pip|npm|docker|kubectl|iptables|nmap|socat|busybox|cscript|mshta|rundll32|regsvr32';
/** Programs whose names are words: what stands behind must look like an argument. */
const wordPrograms =
  'cat|dir|id|ps|env|set|export|echo|ftp|ping6?|dig|host|sleep|timeout|touch|kill|shutdown|su|head|tail|more|less|type|find|tar|reg|start|eval|exec|system|mail|which|w|ss|route|df|mount|passwd|tee|apt|git|phpinfo';
const path = '(?:\\$\\{?IFS\\}?|[({!\'"\\\\/@^$ ]|/?(?:usr/)?(?:local/)?s?bin/){0,6}';
const argument = `(?=\\s*$|\\s*[<>|;&)\`'"(]|\\$|\\s+(?:[-/.$~\\\\'"%*<>|;&]|\\d|[\\w.-]{1,40}[./\\\\:]))`;
/** A command after a separator or behind a pipe. */
const chained = new RegExp(
  `(?:[;\\n\\r|&]{1,3}|%0a)[ \\t]{0,8}${path}(?:(?:${programs})(?:[\\\\'"^]{0,2})(?=$|[\\s;|&)\`'"<>$}/+%,])|(?:${wordPrograms})${argument})`,
  'i',
);
const substituted = new RegExp(
  `(?:\\$\\(|\`|[<>]\\()[ \\t]{0,4}(?:/?(?:usr/)?s?bin/)?(?:${programs}|${wordPrograms})(?=$|[\\s;|&)\`'"<>$}/])[^\`)\\n]{0,200}[\`)]|\\$\\{?IFS\\b`,
  'i',
);
/** A program with its arguments, put where a value was expected, and led in by a separator at the value's start. */
const led = /^\s*(?:[;|&]{1,2}|\$\(|`|\|\|)\s*\/?[\w./-]{1,40}/;
const trailing = /[;|&]{1,2}\s*\/?(?:usr\/)?bin\/\w+|(?:^|[^\w])(?:\/bin\/(?:ba)?sh|cmd(?:\.exe)? \/c)\b/i;
const template =
  /\{\{[^}]{0,60}(?:config|self|request|__class__|\d\s*\*\s*\d)[^}]{0,60}\}\}|\$\{(?:jndi:|[^}]{0,40}Runtime)|__import__\(|os\.(?:system|popen)\(|<\?php|\bsystem\(['"]|<!--#(?:exec|include)\b|phpinfo\(\)|Runtime\.getRuntime|\(\)\s{0,2}\{\s{0,2}:;\s{0,2}\}|^\W{0,6}(?:system|exec|passthru|shell_exec|popen)\(|\$\{(?:sleep|system|exec|print)\(/i;

/** Dangerous even where commands are expected. */
const download =
  /\b(?:curl|wget|iwr|invoke-webrequest|fetch)\b[^\n;]{0,300}\|\s{0,4}(?:sudo\s+)?(?:\S{0,20}\/)?(?:ba|z|k|da)?sh\b|\b(?:bash|sh)\b\s{0,4}(?:-c\s{0,4}["']?\$\(|<\()\s{0,4}(?:curl|wget)\b|\biex\b[^\n]{0,80}\b(?:downloadstring|iwr|webclient)\b|\b(?:curl|wget)\b[^\n]{0,200}&&\s{0,4}(?:chmod|bash|sh)\b/i;
const reverseShell =
  /\/dev\/(?:tcp|udp)\/[^\s/]{1,100}\/\d|\bn(?:et)?c(?:at)?\b[^\n|;]{0,60}\s-\w{0,6}[ec]\b|\bbash\s+-i\b[^\n]{0,20}[>&]|\bmkfifo\b[^\n]{0,120}\bnc\b|socket\.socket\([^\n]{0,300}(?:dup2|subprocess|pty\.spawn)|\bsocat\b[^\n]{0,120}\bexec:/i;
const hiddenScript =
  /\bbase64\s+(?:-d|-D|--decode)\b[^\n|]{0,60}\|\s{0,4}(?:sudo\s+)?(?:ba|z)?sh\b|powershell[^\n]{0,60}\s-e(?:nc|ncodedcommand)?\s+[A-Za-z0-9+/=]{20,}/i;
const sendsOut =
  /\b(?:curl|wget|nc)\b[^\n;]{0,200}(?:@|<|--post-file[= ]|\$\(\s{0,2}cat\s+)\s{0,3}\S{0,60}(?:\.ssh|\.aws|\.env\b|id_rsa|passwd|shadow|credentials|\.kube|history)|\bcat\b\s+\S{0,60}(?:\.ssh\/|\.aws\/|id_rsa|shadow|\.env\b)[^\n]{0,60}\|[^\n]{0,60}\b(?:curl|nc|wget)\b/i;
const destroys =
  /\brm\s+-(?:rf|fr|r\s+-f)\w{0,3}\s+(?:--no-preserve-root\s+)?(?:\/|~|\$HOME)\*?(?:\s|$|[;&|"'])|\bmkfs\.\w|\bdd\s+[^\n]{0,60}of=\/dev\/[sh]d|:\(\)\s{0,2}\{\s{0,2}:\|:&\s{0,2}\}/i;

export const rule: Rule = {
  id: 'command-injection',
  title: 'Command hidden in an argument',
  description:
    'An argument that is no command carries one, or a command downloads and runs code, opens a shell to outside, or sends credentials away.',
  class: 'command_injection',
  status: 'stable',
  level: 'high',
  tags: [
    'owasp.mcp05',
    'owasp.asi05',
    'safe.t1101',
    'safe.t1104',
    'atlas.aml.t0050',
    'atlas.aml.t0072',
    'attack.t1059',
    'cosai.t3',
  ],
  falsePositives: [
    'Installation by a vendor’s official script, run in a shell tool.',
    'Arguments that take shell snippets under a name that does not say so.',
  ],
  triage: [
    'See whether the call succeeded, and on which machine the server runs.',
    'Find out what made the agent write this argument: look at the texts it was given before.',
    'Look for what the command left behind on that machine; take the server out of use until it quotes its arguments.',
  ],
  keywords: [
    ';',
    '|',
    '&',
    '`',
    '$(',
    '${',
    '/dev/tcp',
    '/bin/',
    'rm -',
    'base64',
    'powershell',
    '{{',
    '__',
    'system(',
    '<?php',
    '<!--#',
    'cmd',
    '%0a',
    'mkfs',
    'popen',
    'curl',
    'wget',
  ],
  within: 'inputs',
  types: ['rpc.tools_call', 'rpc.prompts_get', 'rpc.resources_read', 'rpc.completion'],
  match(view) {
    const { event, inputs } = view;
    const { serverKey, toolOfServer, actor } = partiesOf(view);
    for (const field of inputs) {
      const judged = judge(field.normal.slice(0, 20_000), sinkOf(event, field.pointer));
      if (!judged) continue;
      return [
        {
          summary: capital(`${actor} gave ${toolOfServer} an argument that ${judged.says}.`),
          level: judged.level,
          dedup: `${serverKey}|${event.data.tool?.name ?? event.data.mcp?.method ?? ''}|${parameterOf(field.pointer)}`,
          evidence: [evidenceIn(field, judged.start, judged.end)],
        },
      ];
    }
    return [];
  },
};

interface Judged {
  says: string;
  level: Severity;
  start: number;
  end: number;
}

const dangers: [RegExp, string, Severity][] = [
  [reverseShell, 'opens a shell to outside', 'critical'],
  [sendsOut, 'sends credentials away', 'critical'],
  [hiddenScript, 'runs a hidden script', 'high'],
  [download, 'downloads code and runs it', 'high'],
  [destroys, 'destroys data', 'high'],
];
const injections: [RegExp, string, Severity][] = [
  [chained, 'chains a command', 'high'],
  [substituted, 'substitutes a command', 'high'],
  [trailing, 'calls a shell', 'high'],
  [template, 'evaluates code', 'high'],
];

function judge(text: string, sink: Sink): Judged | null {
  if (text.length < 3) return null;
  // A whole message may quote a command; one that begins with it is no message.
  if (sink === 'prose') {
    const injected = text.length < 300 && /^\W{0,3}[;|&`$]/.test(text) ? first(text, injections) : null;
    return injected && injected.start < 4 ? injected : null;
  }
  const found = first(text, dangers);
  // Official installers are downloads that run, too: where commands are expected that is no more than worth knowing.
  if (sink === 'shell') return found?.says === 'downloads code and runs it' ? { ...found, level: 'medium' } : found;
  if (sink === 'code') return found && found.level === 'critical' ? found : null;
  return (
    found ??
    first(text, injections) ??
    (text.length < 200 ? first(text, [[led, 'begins with a command', 'medium']]) : null)
  );
}

function first(text: string, judged: [RegExp, string, Severity][]): Judged | null {
  for (const [expression, says, level] of judged) {
    const match = expression.exec(text);
    if (match) return { says, level, start: match.index, end: match.index + match[0].length };
  }
  return null;
}
