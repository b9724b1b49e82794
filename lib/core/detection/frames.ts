/**
 * Text that gives orders to a model: not phrases but frames. A sentence is looked at for features (a directive, secrecy,
 * a sensitive object, a way out, another tool, a precondition ...), and a combination of them makes the frame.
 * All expressions are bounded, and each sentence is, so the time is linear in the length of the text.
 */

const features = {
  /** Sets aside what the model was told. */
  override:
    /\b(?:ignore|disregard|forget|override|overrule|bypass|supersedes?|do not (?:follow|obey)|stop following|erase|discard|abandon|drop)\b[^.\n]{0,40}\b(?:previous|prior|above|earlier|preceding|existing|initial|original|subsequent|following|all|any|your|system|safety|security|other|current)\b[^.\n]{0,40}\b(?:instructions?|prompts?|rules?|guidelines?|polic(?:y|ies)|restrictions?|constraints?|directives?|commands?|safeguards?|training|programming|messages?|context|input|tasks?|validations?|authentication|checks?|access controls?)\b/,
  /** Speaks as if it came from the system, the developers or an administrator. */
  role: /<\/?(?:important|system|instructions?|secret|hidden|admin|sys|inst|assistant)\b[^>\n]{0,30}>|<<\/?sys>>|\[\/?(?:system|inst|admin|important|internal|instructions?)[^\]\n]{0,30}\]|<\|(?:im_start|im_end|system|user|assistant|endoftext)[^>\n]{0,20}\|?>|(?:^|\n)\s{0,4}#{2,4} ?(?:system|instructions?|new instructions?)\b|\b(?:system|admin|administrator|developer|security|compliance|persistent|priority|root|operator)[ _-](?:system )?(?:override|instructions?|directive|notice|mandate|requirement|enhancement|optimi[sz]ation|protocol|message to)\b|\bnew (?:instructions?|directive|system prompt|task for (?:you|the (?:assistant|agent|model)))\b|\b(?:note|message|instructions?|attention|notice) (?:to|for) (?:the |any |all )?(?:ai|llm|assistant|agent|model|language model)s?\b/,
  persona:
    /\b(?:you are (?:now|no longer)|from now on,? you|act as (?:if|an? (?:unrestricted|admin|root|developer))|developer mode|pretend (?:to be|you)|enter \w{1,20} mode|jailbr[eo]a?ke?n?|you have been (?:granted|authori[sz]ed|upgraded|selected))\b/,
  /** Hides from the person. */
  secrecy:
    /\b(?:do not|don't|dont|never|must not|should not|shouldn't|without|avoid|refrain from|no need to)\b[^.\n]{0,30}\b(?:mention(?:ing)?|tell(?:ing)?|reveal(?:ing)?|disclos(?:e|ing)|inform(?:ing)?|notif(?:y|ying)|show(?:ing)?|display(?:ing)?|alert(?:ing)?|explain(?:ing)?|report(?:ing)?|acknowledg(?:e|ing)|discuss(?:ing)?|expos(?:e|ing)|ask(?:ing)?|seeking|requesting)\b[^.\n]{0,60}\b(?:user|users|human|person|anyone|anybody|this|it|them|confirm(?:ation)?|permission|approval|consent|operator|people|presence|instruction|step|file|bcc)\b|\b(?:silently|secretly|covertly|stealthily|discreetly|surreptitiously|behind the scenes|in the background|hidden from|invisible to|unbeknownst|quietly|undetected)\b|\bwithout (?:the )?users?(?:'s)? (?:knowledge|knowing|consent|approval|permission|confirmation|awareness)\b|\bkeep (?:this|it) (?:a secret|secret|hidden|confidential|between us)\b|\bconfidential\b[^.\n]{0,20}\bdo not\b/,
  /** Demands. */
  mandate:
    /\b(?:you|assistant|agent|model|llm|ai|claude|gpt|caller)\b[^.\n]{0,20}\b(?:must|shall|should|need(?:s)? to|ha(?:ve|s) to|(?:are|is) (?:required|instructed|expected|obliged|obligated)|will|always|first)\b|\b(?:must|mandatory|imperative|compulsory|strictly (?:adhere|follow)|is required|are required|it is (?:essential|critical|crucial|vital|important)|make sure (?:to|that|you)|be sure to|ensure (?:that )?you|always|immediately)\b/,
  /** Comes before the work. */
  precondition:
    /\b(?:before|prior to|after|when(?:ever)?|each time|every time|as soon as|in order to|to (?:enable|unlock|activate|use|initiali[sz]e|complete|authenticate|verify|comply))\b[^.\n]{0,60}\b(?:us(?:e|ing)|call(?:ing|ed|s)?|invok(?:e|ed|ing)|run(?:ning)?|execut(?:e|ed|ing)|proceed(?:ing)?|process(?:ed|ing)?|search(?:es|ing)?|any|each|every|this|tool|access|creation|function(?:ality)?|request|operation|response|answer(?:ing)?)\b|\b(?:prerequisite|precondition|requires? (?:a )?prior|must first|you (?:must|should|need to) (?:also )?(?:first|always|additionally)|initiali[sz]ation step)\b/,
  /** What nobody may have. */
  sensitive:
    /~\/\.\w|\/\.(?:ssh|aws|gnupg|kube|docker|netrc|npmrc|cursor|config)\b|\.(?:ssh|aws|gnupg|kube)\/|\bid_(?:rsa|ed25519|ecdsa)\b|(?:^|[\s/'"`(])\.env\b|\/etc\/(?:passwd|shadow|sudoers)|\bmcp\.json\b|\b(?:ssh|private|api|access|secret|encryption|signing)[ _-]?keys?\b|\bcredentials?\b|\bpassw(?:or)?ds?\b|\b(?:access|auth|admin|session|bearer|integration|oauth|api)[ _-]?tokens?\b|\bsecrets?\b|\b(?:system|full|hidden) prompt\b|\b(?:entire|full|complete|whole|all|previous|chat|message|conversation)\b[^.\n]{0,20}\b(?:conversations?|history|context|messages)\b|\benv(?:ironment)? var(?:iable)?s?\b|\bbrowser (?:cookies|history)\b|\b(?:seed phrase|wallet|social security|credit card|bank account)\b|\bconfig(?:uration)? files?\b|\$\(\s{0,2}cat\b/,
  /** Takes up what is not given to it. */
  take: /\b(?:read|retrieve|fetch|get|obtain|collect|gather|access|open|extract|harvest|grab|look up|dump|capture|load|cat|list)\b/,
  /** A way out. */
  sink: /\b(?:send|post|upload|forward|transmit|e-?mail|exfiltrate|leak|bcc|cc|share|submit|report|publish|deliver|relay|copy)\b[^.\n]{0,80}(?:\bto\b|https?:|@|\bvia\b|\binto\b|\[redacted:email)|\b(?:include|append|attach|embed|pass|put|insert|add|place|encode|provide|set|supply)\b[^.\n]{0,60}\b(?:as|in|into|to|with|using|within)\b[^.\n]{0,40}\b(?:param(?:eter)?s?|arguments?|field|sidenote|note|url|query|request|header|body|comment|feedback|notes?|context|metadata|recipient|bcc|cc|token|key)\b|\b(?:curl|wget|webhook|ngrok|requestbin|pastebin)\b/,
  /** A command to run, spelled out. */
  execute:
    /\b(?:run|execute|invoke|perform|launch|type|enter|issue)\b[^.\n]{0,40}\b(?:the following|this|these|below)\b[^.\n]{0,40}\b(?:commands?|scripts?|code|payload|check)\b|\b(?:run|execute|running|executing):? [`'"]?(?:curl|wget|bash|sh|cat|rm|sudo|python3?|nc|chmod|echo|env|printenv|whoami|id)\b|\$\([^)\n]{1,100}\)|\|\s{0,3}(?:ba|z)?sh\b|\bcurl\s+-?\S{1,80}|\bwget\s+-?\S{1,80}|\brm\s+-r?f|\bchmod \+?\d|\bsudo \w|\.bashrc\b|\bcrontab\b|\bbase64 -d\b/,
  /** Rules over other tools. */
  otherTool:
    /\b(?:call|invoke|use|run|using|calling|calls?|utili[sz]e|via|through)\b[^.\n]{0,30}(?:`[\w./-]{3,60}`|'[\w./-]{3,60}'|"[\w./-]{3,60}"|\b[a-z]{2,30}(?:_[a-z0-9]{2,30}){1,5}\b|\b[A-Z][a-z]+(?:[A-Z][a-z]+){1,5}\b|\b(?:the|another|other|following|a) [\w -]{0,30}tools?\b)|\b(?:other|another|all|any|every|subsequent) tools?\b|\bthe [\w.-]{2,40} (?:tool|server|function)\b|\binstead of\b[^.\n]{0,50}\btools?\b|\bwhen(?:ever)?\b[^.\n]{0,60}\b(?:send(?:s|ing)?|tool|call(?:s|ed|ing)?|email|message|transaction|payment)\b/,
  /** Claims to come first. */
  priority:
    /\b(?:takes?|has|have|with) (?:absolute |highest |top )?(?:precedence|priority) over\b|\b(?:overrides?|supersedes?|replaces?) (?:all|any|the|other|existing|every)\b|\bcannot be (?:overridden|changed|ignored|bypassed)\b|\b(?:highest|top|absolute) priority\b|\bthis (?:tool|rule|instruction)[^.\n]{0,40}\b(?:only|must|always)\b[^.\n]{0,40}\b(?:before|instead|first)\b|\b(?:only|exclusively) (?:use|call|trust) this\b|\bdo not use (?:any )?other tools?\b|\b(?:deprecated|obsolete|broken|unsafe|insecure|disabled|has been upgraded|no longer (?:works|safe|available))\b[^.\n]{0,80}\b(?:use|call|instead|must)\b/,
  /** Addresses the model. */
  model: /\b(?:ai|llm|assistant|agent|model|claude|gpt|chatgpt|copilot|cursor|gemini)s?\b/,
} as const;

export type Feature = keyof typeof features;
const names = Object.keys(features) as Feature[];
const bit = Object.fromEntries(names.map((name, i) => [name, 1 << i])) as Record<Feature, number>;
const caseSensitive = new Set<Feature>(['otherTool']);
const expressions = names.map((name) => new RegExp(features[name].source, caseSensitive.has(name) ? '' : 'i'));

/** A frame: all of `all` and one of `any` within a sentence and its neighbour. */
interface Frame {
  name: string;
  weight: 2 | 3;
  all: Feature[];
  any: Feature[];
  says: string;
}

const frames: Frame[] = [
  { name: 'override', weight: 3, all: ['override'], any: [], says: 'tells the model to set its instructions aside' },
  {
    name: 'hidden-order',
    weight: 3,
    all: ['secrecy'],
    any: ['sensitive', 'sink', 'execute', 'otherTool', 'mandate', 'role'],
    says: 'gives an order that is to be kept from the user',
  },
  {
    name: 'false-authority',
    weight: 3,
    all: ['role'],
    any: ['mandate', 'sensitive', 'execute', 'sink', 'secrecy', 'otherTool', 'priority'],
    says: 'speaks as the system or an administrator',
  },
  {
    name: 'take-and-send',
    weight: 3,
    all: ['sensitive', 'sink'],
    any: ['mandate', 'precondition'],
    says: 'asks for something sensitive to be passed on',
  },
  {
    name: 'take-first',
    weight: 3,
    all: ['sensitive', 'take', 'precondition', 'mandate'],
    any: [],
    says: 'demands something sensitive before the tool works',
  },
  {
    name: 'run-first',
    weight: 3,
    all: ['execute'],
    any: ['mandate', 'precondition'],
    says: 'demands that a command be run',
  },
  {
    name: 'new-persona',
    weight: 3,
    all: ['persona'],
    any: ['mandate', 'override', 'secrecy', 'sensitive', 'execute', 'otherTool'],
    says: 'gives the model another role',
  },
  {
    name: 'precedence',
    weight: 3,
    all: ['priority'],
    any: ['mandate', 'otherTool', 'secrecy', 'model'],
    says: 'claims precedence over other rules or tools',
  },
  {
    name: 'steers-tool',
    weight: 2,
    all: ['otherTool', 'mandate', 'precondition'],
    any: [],
    says: 'steers the use of another tool',
  },
];

const compiled = frames.map((frame) => ({
  ...frame,
  allBits: frame.all.reduce((bits, feature) => bits | bit[feature], 0),
  anyBits: frame.any.reduce((bits, feature) => bits | bit[feature], 0),
}));

export interface Framed {
  frame: string;
  /** 3: enough alone. 2: only with something else. */
  weight: 2 | 3;
  /** Third person, to follow the subject of a sentence. */
  says: string;
  /** UTF-16 offsets into the text. */
  start: number;
  end: number;
}

/** At most so many sentences of one text are looked at, from its start and from its end. */
const mostSentences = 600;

/** The frames in `text`, a normal form, each with the sentences that make it. */
export function findFrames(text: string): Framed[] {
  const sentences = sentencesOf(text);
  const masks = sentences.map(([start, end]) => featuresOf(text.slice(start, end)));
  const found: Framed[] = [];
  for (let i = 0; i < sentences.length; i++) {
    const own = masks[i] as number;
    if (own === 0) continue;
    const pair = own | (masks[i + 1] ?? 0);
    for (const frame of compiled) {
      const alone = fits(frame, own);
      // With the neighbour: only where neither of the two makes the frame alone.
      if (!alone && (!fits(frame, pair) || fits(frame, masks[i + 1] ?? 0))) continue;
      const [start, end] = sentences[i] as [number, number];
      const last = alone ? end : (sentences[i + 1]?.[1] ?? end);
      found.push({ frame: frame.name, weight: frame.weight, says: frame.says, start, end: last });
    }
  }
  return found.sort((a, b) => b.weight - a.weight || a.start - b.start);
}

const fits = (frame: { allBits: number; anyBits: number }, mask: number): boolean =>
  (mask & frame.allBits) === frame.allBits && (frame.anyBits === 0 || (mask & frame.anyBits) !== 0);

function featuresOf(sentence: string): number {
  let mask = 0;
  for (let i = 0; i < expressions.length; i++) if ((expressions[i] as RegExp).test(sentence)) mask |= 1 << i;
  return mask;
}

const longestSentence = 500;

/** Offsets of the sentences; a long one is cut, with an overlap so that no frame falls between. */
export function sentencesOf(text: string): [number, number][] {
  const sentences: [number, number][] = [];
  let start = 0;
  const push = (end: number) => {
    for (let at = start; at < end; at += longestSentence - 100) {
      if (end - at > 8) sentences.push([at, Math.min(end, at + longestSentence)]);
      if (at + longestSentence >= end) break;
    }
    start = end;
  };
  for (const match of text.matchAll(/[.!?;](?=["')\]]?\s)|\n+|\. /g)) push(match.index + match[0].length);
  push(text.length);
  if (sentences.length <= mostSentences) return sentences;
  return [...sentences.slice(0, mostSentences / 2), ...sentences.slice(-mostSentences / 2)];
}
