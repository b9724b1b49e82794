import { AuditEventSchema } from './envelope';

/** The published JSON Schema of mcp.audit/1; docs/mcp.audit-1.schema.json is this text. */
export function publishedSchema(): string {
  const { $id, title, ...rest } = JSON.parse(JSON.stringify(AuditEventSchema)) as Record<string, unknown>;
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id,
    title,
    description:
      'An audit event of the Model Context Protocol, as a CloudEvents 1.0 JSON object. Unknown members are kept.',
    ...rest,
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}
