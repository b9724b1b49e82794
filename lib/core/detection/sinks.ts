import type { AuditEvent } from '../event/envelope';

/**
 * What a tool does with an argument, as far as its names tell. What is an attack in one place is the purpose of
 * another: a shell takes commands, a file's content is prose.
 */
export type Sink = 'shell' | 'code' | 'prose' | 'path' | 'other';

const shellTool =
  /(?:^|[_\W])(?:sh|bash|zsh|shell|terminal|console|powershell|cmd|exec(?:ute)?|run|command|process|ssh|docker|kubectl|spawn|subprocess|cli)(?:$|[_\W])|command$|shell|terminal/i;
const shellParameter =
  /^(?:command|cmd|commands|command_?line|cmdline|shell|bash|script|args|argv|exec|run|code|input)$/i;
const certainShellParameter = /^(?:command|cmd|commands|command_?line|cmdline|shell_?command|bash_?command)$/i;
const codeParameter =
  /(?:^|_)(?:code|script|source(?:_?code)?|snippet|sql|statement|expression|program|python|javascript|js|html|css|regex|pattern|selector|xpath|jq|formula|diff|patch|old_?(?:str|text|string)|new_?(?:str|text|string)|edits)$/i;
const databaseTool = /sql|database|(?:^|_)db(?:_|$)|graphql|cypher|mongo/i;
const proseParameter =
  /^(?:content|contents|text|body|description|message|messages|prompt|comment|comments|summary|note|notes|title|subject|question|thought|observations?|markdown|document|data|answer|reply|instructions?|context|details|reason|caption|file_?text|abstract|bio|review)$/i;
const pathParameter =
  /path|file|dir(?:ectory)?$|folder|(?:^|_)(?:uri|url|src|dest|source|destination|location|root|cwd|include|page|template|document|resource)(?:$|_)|^uri$/i;

/** What the argument at `pointer` (within the event) is used for. */
export function sinkOf(event: AuditEvent, pointer: string): Sink {
  const name = parameterOf(pointer);
  const tool = event.data.tool?.name ?? '';
  if (certainShellParameter.test(name) || (shellTool.test(camelToSnake(tool)) && shellParameter.test(name)))
    return 'shell';
  if (codeParameter.test(camelToSnake(name)) || (name === 'query' && databaseTool.test(tool))) return 'code';
  if (proseParameter.test(name)) return 'prose';
  return pathParameter.test(name) ? 'path' : 'other';
}

/** The nearest name of a member above the value: that of a list, for its items. */
export function parameterOf(pointer: string): string {
  const tokens = pointer.split('/').slice(1);
  return tokens.findLast((token) => !/^\d+$/.test(token)) ?? '';
}

const camelToSnake = (name: string) => name.replace(/([a-z])([A-Z])/g, '$1_$2');
