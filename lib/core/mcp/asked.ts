import { canonicalJson } from '../event/canonical';
import { clip } from '../event/clip';
import type { EventData } from '../event/envelope';
import type { Sha256Hex } from '../event/hash';
import { isObject, type Json, type JsonObject } from '../event/json';
import { isSecretName } from '../redaction/redact';
import { defined, object, text, wholeNumber } from './members';
import type { Answer } from './message';

/**
 * What a server asks of the client's model (`data.sampling`) and of the person (`data.elicitation`). Until 2025-11-25 by
 * requests of its own, answered at once or by a task; since 2026-07-28 within a result of `input_required`.
 */

type Elicitation = NonNullable<EventData['elicitation']>;
type Sampling = NonNullable<EventData['sampling']>;

/**
 * `sampling/createMessage`. Of messages and system prompt no hash is made: they stand in the event redacted, and a plain hash
 * of what stood there before would let a reader try out what was redacted.
 */
export function samplingOf(params: JsonObject, result?: JsonObject): Sampling {
  return {
    ...defined({
      model_preferences: params.modelPreferences,
      max_tokens: wholeNumber(params.maxTokens),
      include_context: text(params.includeContext),
      tools: Array.isArray(params.tools) ? params.tools.map((tool) => text(object(tool).name) ?? '') : undefined,
    }),
    ...(result ? answeredSampling(result) : {}),
  };
}

const answeredSampling = (result: JsonObject): Sampling => ({
  response: defined({ model: text(result.model), stop_reason: text(result.stopReason) }),
});

/** `elicitation/create`, by form or by URL. */
export function elicitationOf(params: JsonObject, result: JsonObject | undefined, sha256: Sha256Hex): Elicitation {
  const url = text(params.url, 4096);
  const schema = isObject(params.requestedSchema) ? params.requestedSchema : undefined;
  const secret = Object.keys(object(schema?.properties)).filter(isSecretName).map(named);
  return {
    mode: params.mode === 'url' || url !== undefined ? 'url' : 'form',
    ...defined({
      id: text(params.elicitationId),
      message: text(params.message, 65_536),
      schema_hash: schema && sha256(canonicalJson(schema)),
      url_host: url !== undefined && URL.canParse(url) ? named(new URL(url).host) : undefined,
      sensitive_fields: secret.length > 0 ? secret : undefined,
    }),
    ...(result ? answeredElicitation(result) : {}),
  };
}

/** What a person typed is theirs: only the names of the fields are kept. */
const answeredElicitation = (result: JsonObject): Elicitation =>
  defined({
    action: actions.find((action) => action === result.action),
    fields: isObject(result.content) ? Object.keys(result.content).map(named) : undefined,
  });
const actions = ['accept', 'decline', 'cancel'] as const;

const named = (name: string) => clip(name, 512);

/** The sections that an answer to such a question fills, as a task's result has it; none where it is something else. */
export function sectionsOfAnswer(result: JsonObject): Pick<EventData, 'sampling' | 'elicitation'> {
  if (isElicited(result)) return { elicitation: answeredElicitation(result) };
  return typeof result.model === 'string' && result.role === 'assistant' ? { sampling: answeredSampling(result) } : {};
}

/** The first question of each kind in a result of `input_required`, or in error -32042 (URL elicitation required). */
export function sectionsOfQuestions(
  answer: Answer | undefined,
  sha256: Sha256Hex,
): Pick<EventData, 'sampling' | 'elicitation'> {
  if (!answer) return {};
  if ('error' in answer) {
    const required = answer.error.code === urlElicitationRequired ? object(answer.error.data).elicitations : undefined;
    const first = Array.isArray(required) ? required.find(isObject) : undefined;
    return first ? { elicitation: elicitationOf(first, undefined, sha256) } : {};
  }
  const questions = Object.values(object(object(answer.result).inputRequests)).filter(isObject);
  const of = (method: string) => questions.find((question) => question.method === method)?.params;
  const elicited = of('elicitation/create');
  const sampled = of('sampling/createMessage');
  return defined({
    sampling: isObject(sampled) ? samplingOf(sampled) : undefined,
    elicitation: isObject(elicited) ? elicitationOf(elicited, undefined, sha256) : undefined,
  });
}
const urlElicitationRequired = -32042;

/** An `ElicitResult`: what a tool answers has a list as its content. */
const isElicited = (answer: JsonObject): boolean =>
  typeof answer.action === 'string' && (answer.content === undefined || isObject(answer.content));

/** The answer without what a person typed. */
export function withoutTyped(answer: JsonObject): JsonObject {
  if (!isElicited(answer)) return answer;
  const { content: _, ...rest } = answer;
  return rest;
}

/** The same for `inputResponses` of a request: the answers, by the name of their question. */
export function withoutTypedResponses(params: JsonObject): JsonObject {
  if (!isObject(params.inputResponses)) return params;
  const kept = Object.entries(params.inputResponses).map(([name, answer]): [string, Json] => [
    name,
    isObject(answer) ? withoutTyped(answer) : answer,
  ]);
  return { ...params, inputResponses: Object.fromEntries(kept) };
}
