import { entropy, type Pattern, type Span } from './pattern';
import { placeholder } from './secrets';

/** Secrets known by the name that they are given: `password=…` in text, `"api_key": "…"` as a member. */

const passwordName =
  /pass(?:word|wd|phrase|code)|(?:^|[^a-z])(?:pwd|pass|pin_?code)$|passwort|contrase|mot_?de_?passe/i;
const secretName =
  /(?:^|[^a-z]|[a-z](?=[A-Z]))(?:secret|credential|client_?secret|private_?key|signing_?key|encryption_?key|access_?key|account_?key|api_?-?key|apikey|auth_?-?key|master_?key|bearer|jwt|cookie)s?_?(?:value|base64|b64|plain|text|primary|secondary|prod|dev|test|live|default)?_?\d*$|(?:secret|credentials|api_?key|private_?key|access_?key|authorization)$|secret_?access_?key|(?:access|auth|api|bearer|refresh|id|session|security|personal|bot|deploy|oauth|service|user|app|admin|private|github|gitlab|npm|slack|hub|sas|csrf|x)[_-]?token$|^token$|_token$|Token$/i;
/** Names that look alike and hold no secret. */
const innocentName =
  /(?:next|page|prev|previous|continuation|cursor|sync|progress|max|min|num|total|count|input|output|prompt|completion|cached|stop|pad|eos|bos|mask|unk|change|delta|resume|skip|start|end|estimated|used|remaining)[a-z]*[_-]?tokens?$|tokens$|(?:name|id|url|uri|path|file|type|policy|length|count|hint|field|label|format|status|expiry|expires|expires_?in|enabled|required|version|arn|ref|rotation|regex|pattern|strength|prompt|reset|updated|changed)$/i;

/** What the name of a member says about its string: `password`, `secret`, or nothing. */
export function nameKind(name: string): 'password' | 'secret' | null {
  if (name.length > 64 || name.includes('redacted:') || innocentName.test(name)) return null;
  if (passwordName.test(name)) return 'password';
  return secretName.test(name) ? 'secret' : null;
}

/** Whether a string under such a name is a value, and no placeholder, reference or sentence. */
export function isSecretValue(kind: 'password' | 'secret', value: string): boolean {
  if (value.length > 16_384 || placeholder.test(value) || /\s\S+\s/.test(value)) return false;
  if (kind === 'password') return value.length >= 4 && !/^[a-z]{4,}ed$/.test(value);
  return (
    value.length >= 12 &&
    /\d/.test(value) &&
    /[A-Za-z]/.test(value) &&
    entropy(value.slice(0, 256)) > 2.8 &&
    !dateOrUrl.test(value)
  );
}

const dateOrUrl = /^(?:\d{4}-\d\d-\d\d|https?:\/\/|\/|[a-z]+\.[a-z]+(?:\.[a-z]+)*$)/i;

const roots =
  'pass password passwd passphrase passcode pwd passwort secret secrets token key keys credential credentials jwt cookie'.split(
    ' ',
  );
const joints = ['=', ':', '"', "'", '\\', '`', ' =', ' :', ' is ', '_', '-base'];
/** A name's end with what joins it to its value, so that the words alone do not open the gate. */
const assignmentKeywords = [
  ...roots.flatMap((root) => joints.map((joint) => root + joint)),
  ...[
    '--pass',
    '-secret ',
    '-token ',
    '-password ',

    '--token',
    '--secret',
    '--api',
    '--access',
    '--auth',
    '-key ',
    'contrase',
    'mot_de_passe',
    'accesskey',
    'apikey',
  ],
];

const assignment =
  /(?<![A-Za-z0-9_.-])(?<name>[A-Za-z_][A-Za-z0-9_.-]{1,60})(?<named>\\?["'])?(?:\s{0,3}(?::=|=>|=|:)\s{0,3}|\s+is\s+)(?:\\?(?<quote>["'`]))?/g;
const flag = /(?<![A-Za-z0-9-])--?(?<name>[A-Za-z][A-Za-z-]{2,40})[ =](?<quote>["'])?/g;

const longest = 4000;
const bareValue = new RegExp(`[^\\s"'\`,;&<>\\\\)\\]}]{4,${longest}}`, 'y');
/** Up to the quote that closes it. */
const quotedValues = new Map(
  ['"', "'", '`'].map((quote) => [
    quote,
    new RegExp(`(?:[^${quote}\\\\\\n]|\\\\[^${quote}\\n]){4,${longest}}(?=\\\\?${quote})`, 'y'),
  ]),
);

/** The value that begins at `at`. Behind a quote it may hold anything, to the quote that closes it; else it ends with the word. */
function valueAt(text: string, at: number, quote: string | undefined): string | undefined {
  const read = (form: RegExp | undefined) => {
    if (!form) return undefined;
    form.lastIndex = at;
    return form.exec(text)?.[0];
  };
  return (quote === undefined ? undefined : read(quotedValues.get(quote))) ?? read(bareValue);
}

/** `name=value`, `name: value`, `--name value` in text. */
export const assignedSecret: Pattern = {
  kind: 'assigned_secret',
  category: 'secret',
  keywords: assignmentKeywords,
  find(text) {
    const spans: Span[] = [];
    for (const expression of [assignment, flag]) {
      expression.lastIndex = 0;
      for (let match = expression.exec(text); match; match = expression.exec(text)) {
        const { name = '', named, quote } = match.groups ?? {};
        const kind = nameKind(name);
        if (!kind) continue;
        const { index } = match;
        const at = expression.lastIndex;
        const value = valueAt(text, at, quote);
        if (value === undefined || !isSecretValue(kind, value)) continue;
        // In prose, "password: whatever" and "the password is correct" are no secrets; a value has more than letters. A member of
        // an object and a parameter of a URL say what they are.
        const certain = (named !== undefined && quote !== undefined) || /[?&]/.test(text[index - 1] ?? '');
        if (kind === 'password' && !certain && !/[^A-Za-z]/.test(value.replace(/[.,!?]+$/, ''))) continue;
        spans.push([at, at + value.length]);
        expression.lastIndex = at + value.length;
      }
    }
    return spans.sort(([a], [b]) => a - b);
  },
};
