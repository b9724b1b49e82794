import { noticed } from '../text/keywords';
import { aadhaar, bsn, codiceFiscale, cpf, dni, iban, luhn, nir, pesel, steuerId } from './checksums';
import { matches, type Pattern, type Span } from './pattern';

/** Personal data that has a form and, where one exists, a check digit; else words beside it must say what it is. */

const onlyDigits = (value: string) => value.replace(/\D/g, '');
const compact = (value: string) => value.replace(/[^A-Za-z0-9]/g, '').toUpperCase();

/** The words just before a value, lower case. */
const before = (text: string, start: number, length = 40) =>
  text.slice(Math.max(0, start - length), start).toLowerCase();

const personal = (
  kind: string,
  needs: number,
  find: (text: string) => Span[],
  canonical?: (value: string) => string,
): Pattern => ({ kind, category: 'personal', keywords: [], needs, find, ...(canonical && { canonical }) });

const local = /[A-Za-z0-9._%+'-]/;
const domain = /@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9-])/y;

/** From each `@` outwards, so that a long run without one costs nothing. */
function findEmails(text: string): Span[] {
  const spans: Span[] = [];
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    let start = at;
    while (start > 0 && at - start < 64 && local.test(text[start - 1] as string)) start--;
    while (start < at && /[.'%-]/.test(text[start] as string)) start++;
    domain.lastIndex = at;
    const match = start < at ? domain.exec(text) : null;
    // git@github.com:owner/repository is an address of a machine.
    if (match && !(text.slice(start, at) === 'git' && /[:/]/.test(text[domain.lastIndex] ?? ''))) {
      spans.push([start, domain.lastIndex]);
    }
  }
  return spans;
}

const issuer =
  /^(?:4\d{12}(?:\d{3})?|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|6(?:011|5\d\d|4[4-9]\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|3(?:0[0-5]|[68]\d)\d{11}|62\d{14,17}|(?:50|5[6-9]|6[0-9])\d{10,14})$/;

/** Whether these digits can be the number of a payment card (ISO/IEC 7812). */
export const isCard = (digits: string): boolean => issuer.test(digits) && luhn(digits) && !/^(\d)\1+$/.test(digits);

const cardForm = /(?<![\w.])\d(?:[ -]?\d){11,18}(?!\w|\.\d)/g;

const numberForm = /(?<!\w)\+?\(?\d(?:[ ().+/-]{0,3}\d){8,40}(?!\w)/;

/** Whether the text has a number that any of the patterns here could take; for a gate. */
export const hasNumber = (text: string): boolean =>
  numberForm.test(text) && (!/^\d+$/.test(text) || text.length > 40 || isCard(text));

const phoneWords = /(?:phone|mobile|cell|tel|fax|call|contact|whatsapp|sms|text me|dial|number is|reach)[^\n]{0,24}$/;
const phoneForm =
  /(?<![\w.+/=-])(?:\+|00)?\(?\d(?:[ ().\-/]{0,3}\d){6,15}(?:\s?(?:x|ext\.?)\s?\d{1,5})?(?![\w])(?!\.\d)/g;
const americanForm =
  /^(?:\+?1[ .-]?)?(?:\([2-9]\d\d\) ?|[2-9]\d\d[-. ])[2-9]\d\d[-. ]\d{4}(?:\s?(?:x|ext\.?)\s?\d{1,5})?$/;
const dateForm = /^\d{4}[-./ ]\d\d?[-./ ]\d\d?|^\d\d?[-./]\d\d?[-./]\d{4}/;

function isPhone(value: string, text: string, start: number): boolean {
  const digits = onlyDigits(value);
  if (digits.length < 7 || digits.length > 15 || dateForm.test(value)) return false;
  if (value.startsWith('+')) return digits.length >= 9;
  if (americanForm.test(value)) return true;
  return digits.length >= 9 && phoneWords.test(before(text, start));
}

const ssnForm = /(?<![\w-])(?!000|666|9\d\d)\d{3}([- ])(?!00)\d\d\1(?!0000)\d{4}(?![\w-])/g;

/** A number of `form` with a check, believed without words beside it only where `certain`. */
const identity = (kind: string, form: RegExp, check: (value: string) => boolean, words: RegExp | null): Pattern =>
  personal(
    kind,
    noticed.digits,
    matches(form, (value, text, start) => check(compact(value)) && (words === null || words.test(before(text, start)))),
    compact,
  );

export const personalPatterns: Pattern[] = [
  personal('email', noticed.at, findEmails, (value) => value.toLowerCase()),
  personal(
    'payment_card',
    noticed.digits,
    matches(cardForm, (value) => isCard(onlyDigits(value))),
    onlyDigits,
  ),
  personal(
    'iban',
    noticed.digits,
    matches(/(?<![A-Za-z0-9])[A-Z]{2}\d\d(?: ?[A-Z0-9]){11,30}(?![A-Za-z0-9])/g, (value) => iban(compact(value))),
    compact,
  ),
  personal('us_ssn', noticed.digits, matches(ssnForm), onlyDigits),
  identity('br_cpf', /(?<!\w)\d{3}\.\d{3}\.\d{3}-\d\d(?!\w)/g, cpf, null),
  identity('br_cpf', /(?<!\w)\d{11}(?!\w)/g, cpf, /\bcpf\b[^\n]{0,20}$/),
  identity('pl_pesel', /(?<!\w)\d{11}(?!\w)/g, pesel, /\bpesel\b[^\n]{0,20}$/),
  identity(
    'de_steuer_id',
    /(?<!\w)\d{2} ?\d{3} ?\d{3} ?\d{3}(?!\w)/g,
    steuerId,
    /(?:steuer|tax|idnr|tin\b)[^\n]{0,24}$/,
  ),
  identity('nl_bsn', /(?<!\w)\d{9}(?!\w)/g, bsn, /(?:\bbsn\b|burgerservice|sofi)[^\n]{0,20}$/),
  identity(
    'in_aadhaar',
    /(?<!\w)[2-9]\d{3} ?\d{4} ?\d{4}(?!\w)/g,
    aadhaar,
    /(?:aadhaar|aadhar|uidai|\buid\b)[^\n]{0,24}$/,
  ),
  identity('ca_sin', /(?<!\w)\d{3}[- ]\d{3}[- ]\d{3}(?!\w)/g, luhn, /(?:\bsin\b|social insurance)[^\n]{0,24}$/),
  identity(
    'se_personnummer',
    /(?<!\w)(?:\d\d)?\d\d[01]\d[0-3]\d[-+]\d{4}(?!\w)/g,
    (value) => luhn(value.slice(-10)),
    null,
  ),
  identity('fr_nir', /(?<!\w)[12] ?\d\d ?[01]\d ?(?:\d\d|2[AB]) ?\d{3} ?\d{3} ?\d\d(?!\w)/g, nir, null),
  {
    kind: 'es_dni',
    category: 'personal',
    keywords: [' dni', 'dni ', 'dni:', ' nie ', 'nie:', ' nif', 'nif ', 'nif:'],
    find: matches(/(?<![A-Za-z0-9])[XYZ\d]\d{7}-?[A-Z](?![A-Za-z0-9])/g, (value) => dni(compact(value))),
    canonical: compact,
  },
  {
    kind: 'it_codice_fiscale',
    category: 'personal',
    keywords: ['fiscale', 'fiscal code', 'tax code', 'cf:', 'c.f.'],
    find: matches(/(?<![A-Za-z0-9])[A-Z]{6}\d\d[ABCDEHLMPRST]\d\d[A-Z]\d{3}[A-Z](?![A-Za-z0-9])/g, codiceFiscale),
  },
  {
    kind: 'uk_nino',
    category: 'personal',
    keywords: ['national insurance', 'nino', 'ni number', 'ni no'],
    find: matches(/(?<![A-Za-z0-9])[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D](?![A-Za-z0-9])/g),
    canonical: compact,
  },
  {
    kind: 'passport',
    category: 'personal',
    keywords: ['passport'],
    find: matches(/passport(?: (?:no|number|id|is|#))*[ :.#=]{1,4}(?<value>[A-Z]{0,2}\d{6,9})(?![A-Za-z0-9])/gi),
  },
  {
    kind: 'ip_address',
    category: 'personal',
    keywords: [
      'ip address',
      'ip addr',
      'ip of',
      'ip for',
      'user ip',
      'client ip',
      'remote ip',
      'login ip',
      'home ip',
      'visitor',
      '_ip',
      "'s ip",
    ],
    find: matches(
      /(?:(?:user|client|visitor|customer|remote|login|home|caller|my|his|her|their)[\w ']{0,12}ip|\bip(?: ?addr(?:ess)?)?(?: of| for)? (?:user|client|visitor|customer))[\w "']{0,16}[:= ]{1,3}["']?(?<value>(?:\d{1,3}\.){3}\d{1,3}|(?:[0-9a-f]{1,4}:){3,7}[0-9a-f:]{1,19})(?![\w.])/gi,
    ),
  },
  personal('phone', noticed.digits, matches(phoneForm, isPhone), (value) => value.replace(/[^\d+]/g, '')),
];
