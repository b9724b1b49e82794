import { Compile } from 'typebox/compile';
import { canonicalJson } from '../../event/canonical';
import { decodeJson } from '../../event/decode';
import { isObject } from '../../event/json';
import { type BundleLine, lineSchemas, maxLineBytes } from './lines';

type Validator = {
  Check(value: unknown): boolean;
  Errors(value: unknown): { instancePath: string; message: string }[];
};

/** Made when a line of the type first comes. */
const validators = new Map<string, Validator>();

const bounds = { bytes: maxLineBytes, depth: 64, members: 400_000 };
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Reads a line that is not an entry's. A string says what is wrong with it. */
export function readLine(line: Uint8Array): BundleLine | string {
  const decoded = decodeJson(line, bounds);
  if (!decoded.ok) return decoded.refusal.detail;
  const { value, canonical } = decoded.value;
  if (!isObject(value) || typeof value.type !== 'string') return 'a line is a JSON object with a type';
  if (!canonical && canonicalJson(value) !== decoder.decode(line)) return 'the line is not in RFC 8785 form';
  if (!Object.hasOwn(lineSchemas, value.type)) return `no line has the type ${value.type.slice(0, 40)}`;
  const type = value.type as keyof typeof lineSchemas;
  const validator = validators.get(type) ?? (Compile(lineSchemas[type]) as Validator);
  validators.set(type, validator);
  if (validator.Check(value)) return value as BundleLine;
  const [first] = validator.Errors(value);
  return `a line of type ${type} has another form: ${first ? `${first.instancePath || '/'} ${first.message}` : ''}`;
}
