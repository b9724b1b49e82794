import { canonicalJson } from './canonical';
import type { ToolDefinition } from './envelope';
import type { Sha256Hex } from './hash';

/** SHA-256 of the RFC 8785 form of the definition, leaving out `definition_hash`: what a pin holds. */
export function definitionHash(definition: ToolDefinition, sha256: Sha256Hex): string {
  const { definition_hash: _, ...rest } = definition;
  return sha256(canonicalJson(rest));
}

/** The definitions with their hashes, and one hash over all of them whatever their order. */
export function hashDefinitions(
  tools: ToolDefinition[],
  sha256: Sha256Hex,
): { tools: ToolDefinition[]; listHash: string } {
  const hashed = tools.map((tool) => ({ ...tool, definition_hash: definitionHash(tool, sha256) }));
  const listHash = sha256(canonicalJson(hashed.map((tool) => tool.definition_hash).sort()));
  return { tools: hashed, listHash };
}

export interface DefinitionDiff {
  added: string[];
  changed: string[];
  /** Empty where the list is not whole. */
  removed: string[];
}

/**
 * What a list of definitions changes. `before`: hash by tool name. `complete`: the list is whole, so that what is
 * missing was removed. A name that stands twice in the list counts as changed where either hash is new.
 */
export function diffDefinitions(
  before: ReadonlyMap<string, string>,
  now: { name: string; hash: string }[],
  complete: boolean,
): DefinitionDiff {
  const added = new Set<string>();
  const changed = new Set<string>();
  for (const { name, hash } of now) {
    const old = before.get(name);
    if (old === undefined) added.add(name);
    else if (old !== hash) changed.add(name);
  }
  const names = new Set(now.map((tool) => tool.name));
  const removed = complete ? [...before.keys()].filter((name) => !names.has(name)) : [];
  return { added: [...added], changed: [...changed], removed };
}
