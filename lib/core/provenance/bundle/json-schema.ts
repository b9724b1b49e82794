import { EntryLineSchema, lineSchemas } from './lines';

/** The published JSON Schema of one line of custody.bundle/1; docs/custody.bundle-1.schema.json is this text. */
export function publishedBundleSchema(): string {
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:custody:bundle:1',
    title: 'custody.bundle/1',
    description: 'One line of an evidence bundle, which is JSON lines: each in RFC 8785 form, ended by a newline.',
    oneOf: JSON.parse(JSON.stringify([...Object.values(lineSchemas), EntryLineSchema])),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}
