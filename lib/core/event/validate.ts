import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { clip } from './clip';
import { type AuditEvent, AuditEventSchema } from './envelope';
import { ok, type Result, refuse } from './result';

const validator = Compile(AuditEventSchema);

/**
 * The same in parts, because a function as long as the whole schema's is never optimised: the event around its data, and
 * each section of the data, of which most events have few.
 */
const { data, ...attributes } = AuditEventSchema.properties;
const around = Compile(Type.Object({ ...attributes, data: Type.Object({}) }));
const sections = new Map(Object.entries(data.properties).map(([name, schema]) => [name, Compile(schema)]));

function isValid(value: unknown): value is AuditEvent {
  if (!around.Check(value)) return false;
  const sent = value.data as Record<string, unknown>;
  for (const name of Object.keys(sent)) {
    const section = sent[name];
    if (section !== undefined && sections.get(name)?.Check(section) === false) return false;
  }
  return true;
}

/** Is this an mcp.audit/1 event? Refuses `wrong_schema` with the first few places that are wrong and what belongs there. */
export function validateEvent(value: unknown): Result<AuditEvent> {
  if (isValid(value)) return ok(value);
  const errors = validator.Errors(value);
  const shown = errors.slice(0, 3).map(explain).join('; ');
  const rest = errors.length > 3 ? `; and ${errors.length - 3} more` : '';
  return refuse('wrong_schema', `${shown || 'not an mcp.audit/1 event'}${rest}. See docs/mcp.audit-1.schema.json.`);
}

type SchemaError = ReturnType<typeof validator.Errors>[number];

/** `/data/mcp/method must be string`, in words that say what to send. */
function explain(error: SchemaError): string {
  const place = error.instancePath === '' ? 'the event' : shorten(error.instancePath);
  const params = error.params as Record<string, unknown>;
  switch (error.keyword) {
    case 'required':
      return `${place} lacks ${(params.requiredProperties as string[]).map((name) => `"${name}"`).join(', ')}`;
    case 'pattern':
      return `${place} must look like ${shapes[error.instancePath] ?? params.pattern}`;
    case 'enum':
      return `${place} must be one of ${(params.allowedValues as unknown[]).join(', ')}`;
    case 'const':
      return `${place} must be ${JSON.stringify(params.allowedValue)}`;
    case 'type':
      return `${place} must be of type ${String(params.type)}`;
    default:
      return `${place} ${error.message}`;
  }
}

const shapes: Record<string, string> = {
  '/id': 'a UUID in lower case',
  '/type': 'mcp.audit.<group>.<verb>.v1',
  '/time': '2026-01-31T23:59:59.000Z (UTC, milliseconds)',
  '/sequence': '20 decimal digits',
  '/traceparent': 'a W3C traceparent',
  '/prevhash': 'a SHA-256 in lower-case hexadecimal',
  '/datahash': 'a SHA-256 in lower-case hexadecimal',
  '/rawhash': 'a SHA-256 in lower-case hexadecimal',
};

/** Names in a path come from the message: keep them short. */
const shorten = (path: string): string => (path.length > 120 ? `${clip(path, 119)}…` : path);
