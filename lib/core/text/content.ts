import type { EventData } from '../event/envelope';

/**
 * What within an event's `data` is content, that is, whatever a user, a model or a server could have written,
 * and what is structure: identifiers, hashes, methods and verdicts that must stay as they are.
 */

/** Members of `data` without content. */
const structuralSections = new Set(['tenant', 'operation_id', 'attempt', 'phase']);

/** Attributes of the envelope that are structure, by their form; all others, extensions of CloudEvents too, are content. */
const structuralAttributes = new Set(
  'specversion id source type time datacontenttype dataschema traceparent sequence chainepoch prevhash datahash rawhash sigkid sig sigpath disclosures data'.split(
    ' ',
  ),
);

/** The envelope's attributes that may hold content. */
export const contentAttributes = (event: object): string[] =>
  Object.keys(event).filter((name) => !structuralAttributes.has(name));

/**
 * Members of a section that are structure. Of hashes those that the schema holds to be SHA-256; others, named `hash` or
 * `..._hash`, are structure where they hold a digest.
 */
const structuralMembers = new Map(
  Object.entries({
    observation: new Set('vantage assertion capture_mode clock_source clock_offset_ms generated'.split(' ')),
    timing: new Set('started_at ended_at duration_us queue_us'.split(' ')),
    capture: new Set('redaction_profile encryption dropped_count'.split(' ')),
    mcp: new Set(
      'method protocol_version jsonrpc_id jsonrpc_id_type session_id subscription_id task_id transport result_type'.split(
        ' ',
      ),
    ),
    actor: new Set('type id id_assurance auth_method session groups ip'.split(' ')),
    agent: new Set('id instance_id name version framework model conversation_id turn_id'.split(' ')),
    client: new Set('name version assurance'.split(' ')),
    server: new Set('id name version command_hash image_digest registry_id instructions_hash assurance'.split(' ')),
    tool: new Set(
      'name namespaced_name definition_hash description_hash input_schema_hash output_schema_hash approved_definition_hash'.split(
        ' ',
      ),
    ),
    tools_list: new Set('cursor cache_scope list_hash removed added changed'.split(' ')),
    request: new Set(['hash']),
    result: new Set(['hash']),
    resource: new Set(['hash']),
    lifecycle: new Set('event negotiated_version requested_version'.split(' ')),
    prompt: new Set(['name']),
    context: new Set('id action injected_by security_level labels recipients parent_ids'.split(' ')),
    policy: new Set('id version engine decision rule_ids'.split(' ')),
    outcome: new Set('disposition status'.split(' ')),
    delegation: new Set(['chain']),
    approval: new Set(['id', 'approver']),
    chain: new Set(
      'source epoch state since until last_event last_sequence call reported_by other_source other_before other_after matched_by'.split(
        ' ',
      ),
    ),
    drill: new Set(['id', 'log']),
    equivocation: new Set(['id', 'log', 'holder']),
    key: new Set('kid public_key source entry by replaced_by replaces compromised_since'.split(' ')),
  }),
);

/** Whether `section` of `data` may hold content at all. */
export const hasContent = (section: string): boolean => !structuralSections.has(section);

/** Whether the member of a section of `data` is structure. */
export function isStructural(section: string, member: string, value: unknown): boolean {
  if (structuralMembers.get(section)?.has(member)) return true;
  return (member === 'hash' || member.endsWith('_hash')) && typeof value === 'string' && digest.test(value);
}

const digest = /^(?:sha256:)?[0-9a-f]{32,128}$/i;

/** Whose words a section of `data` holds: a client's, a server's, or neither's. */
export function zoneOf(section: string): 'inputs' | 'outputs' | 'others' {
  if (section === 'request' || section === 'prompt' || section === 'resource') return 'inputs';
  return serverSections.has(section) ? 'outputs' : 'others';
}
const serverSections = new Set('result error sampling elicitation lifecycle tools_list'.split(' '));

/** A name like those that programs give; of others, content is looked for in them. */
export const isPlainName = (name: string): boolean => /^[\w$.:-]{0,80}$/.test(name);

/** Members of a tool's definition that are structure: its name and the hash over it. */
export const isDefinitionStructure = (member: string): boolean => member === 'name' || member === 'definition_hash';

/** Where a client's words to a server stand, as pointers below the event. */
export const inputPointers = (data: EventData): [pointer: string, value: unknown][] => [
  ['/data/request/arguments', data.request?.arguments],
  ['/data/request/params', data.request?.arguments === undefined ? data.request?.params : undefined],
  ['/data/prompt/arguments', data.prompt?.arguments],
  ['/data/resource/uri', data.resource?.uri],
];

/** Where a server's words to a client stand, definitions of tools apart. */
export const outputPointers = (data: EventData): [pointer: string, value: unknown][] => [
  ['/data/result', data.result],
  ['/data/error', data.error],
  ['/data/sampling', data.sampling],
  ['/data/elicitation', data.elicitation],
  ['/data/lifecycle/instructions', data.lifecycle?.instructions],
];

/** `in`: a pointer to what was sent to a server. `out`: to what a server gave. null: elsewhere. */
export function directionOf(pointer: string): 'in' | 'out' | null {
  if (/^\/data\/(request|prompt\/arguments|resource\/uri)(\/|$)/.test(pointer)) return 'in';
  return /^\/data\/(result|error|sampling|elicitation|tools_list)(\/|$)/.test(pointer) ? 'out' : null;
}
