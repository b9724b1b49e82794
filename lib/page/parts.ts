import { canonicalJson } from '../core/event/canonical';
import { factQuestions } from '../core/provenance/verdict';
import { countWords, plural } from '../core/query/words';
import { element, folded, foreign, table } from './dom';
import { logPicture } from './log-picture';
import type { Content, ShownEntry } from './read';

const looks: Record<string, string> = { WITNESSED: 'good', SIGNED: 'good', UNANCHORED: 'unsure', GAPS: 'unsure' };
const meanings: Record<string, string> = {
  WITNESSED: 'It is as it was recorded, and the witnesses that you asked for saw the log.',
  SIGNED: 'It is as it was recorded, and the log’s own signature covers all of it.',
  UNANCHORED: 'Nothing contradicts, but for some of it there is no signed checkpoint that you can believe.',
  GAPS: 'What is here holds, but something is missing.',
  DIVERGED: 'Two signed statements contradict each other: somebody showed two histories.',
  INVALID: 'Something was changed since it was recorded or since this bundle was made.',
};
const states = { holds: '✓ holds', fails: '✗ does not hold', open: '○ can’t be told from this' };

export function summary({ report, header }: Content): HTMLElement[] {
  const { verdict } = report;
  return [
    element('h1', {}, 'Evidence bundle'),
    element(
      'p',
      { class: 'soft' },
      `Made ${report.made_at} by `,
      foreign(report.made_by, 200),
      ', about ',
      questionOf(report),
      '.',
    ),
    element(
      'div',
      { class: `verdict ${looks[verdict] ?? 'bad'}`, role: 'status', id: 'verdict', 'data-verdict': verdict },
      element('strong', {}, verdict),
      element('p', {}, meanings[verdict] ?? ''),
      element(
        'p',
        { class: 'faint' },
        `${plural(report.events, 'event')} in ${plural(report.lines, 'line')}, verified by this page on this device, without network.`,
      ),
    ),
    element(
      'div',
      { class: 'grid' },
      ...report.facts.map(({ name, state, detail, check }) =>
        element(
          'section',
          { class: 'card', 'data-fact': name, 'data-state': state },
          element('strong', {}, name[0]?.toUpperCase() + name.slice(1)),
          ' ',
          element('span', { class: `state-${state}` }, states[state]),
          element('p', { class: 'faint' }, factQuestions[name]),
          element('p', {}, foreign(detail)),
          element('p', { class: 'faint' }, `Check it yourself: ${check}`),
        ),
      ),
    ),
    header?.policy === undefined
      ? null
      : folded('The maker’s witness policy (a hint, not yours)', () => [
          element('pre', {}, foreign(header.policy ?? '')),
        ]),
  ].filter((part) => part !== null);
}

function questionOf({ question: { alerts, session, query, from, to } }: Content['report']): HTMLElement {
  const during = from ? ` from ${from} to ${to ?? 'then'}` : '';
  if (alerts) return foreign(`${plural(alerts.length, 'alert')}: ${alerts.join(', ')}`, 400);
  if (session !== undefined) return foreign(`session ${session}`, 300);
  if (query !== undefined) return foreign(`what the query “${query}” finds${during}`, 500);
  return foreign(`everything that was recorded${during}`);
}

export function problems({ report }: Content): HTMLElement | null {
  if (report.problem_count === 0) return null;
  const rows = report.problems.map(({ verdict, line, where, reason }) => [
    verdict,
    line > 0 ? String(line) : '',
    foreign(where, 200),
    foreign(reason, 600),
  ]);
  return element(
    'section',
    { id: 'problems' },
    element('h2', {}, `What is wrong (${countWords(report.problem_count)})`),
    table(['Verdict', 'Line', 'Where', 'Reason'], rows),
  );
}

export function logs({ report, header, stretches }: Content): HTMLElement {
  const sound = !['INVALID', 'DIVERGED'].includes(report.verdict);
  return element(
    'section',
    {},
    element('h2', {}, 'Logs'),
    ...(header?.logs ?? []).map(({ id, origin, key }, i) => {
      const log = report.logs[i];
      return element(
        'div',
        { class: 'card' },
        element(
          'p',
          {},
          element('strong', {}, foreign(origin, 200)),
          ` ${plural(log?.entries ?? 0, 'entry', 'entries')} here; `,
          log?.key_pinned ? 'key pinned by you' : 'key not pinned',
        ),
        element('p', { class: 'mono faint' }, foreign(key, 300)),
        logPicture(origin, log?.anchored_at, stretches.get(id) ?? [], sound && log?.anchored_at !== undefined),
        log && log.organisations.length > 0 && element('p', {}, `Cosigned by ${log.organisations.join(', ')}`),
      );
    }),
  );
}

export function alerts({ alerts, detections, history }: Content): HTMLElement | null {
  if (alerts.length === 0) return null;
  return element(
    'section',
    {},
    element('h2', {}, 'Alerts'),
    ...alerts.map((alert) =>
      element(
        'div',
        { class: 'card' },
        element('p', { class: 'foreign' }, element('strong', {}, foreign(alert.title, 500))),
        element(
          'p',
          { class: 'soft' },
          `rule ${alert.rule}, severity ${alert.severity}, ${alert.status}${alert.resolution ? ` (${alert.resolution})` : ''}, ${plural(alert.count, 'time')}, first ${alert.first_seen}, last ${alert.last_seen}`,
        ),
        folded(`Detections (${detections.filter((one) => one.alert === alert.id).length})`, () => [
          table(
            ['Event', 'Time', 'Summary and evidence'],
            detections
              .filter((one) => one.alert === alert.id)
              .map((one) => [
                one.event,
                one.event_time,
                element(
                  'div',
                  { class: 'foreign' },
                  foreign(one.summary, 2000),
                  element('pre', {}, foreign(canonicalJson(one.evidence))),
                ),
              ]),
          ),
        ]),
        folded(`History (${history.filter((one) => one.alert === alert.id).length})`, () => [
          table(
            ['Time', 'Who', 'What'],
            history
              .filter((one) => one.alert === alert.id)
              .map((one) => [
                one.time,
                foreign(one.actor, 200),
                element('div', { class: 'foreign' }, `${one.kind}: `, foreign(one.body)),
              ]),
          ),
        ]),
      ),
    ),
  );
}

const firstShown = 200;

/** Entries of the events' logs, or of the console's. A field narrows them; more come by a button. */
export function entries(title: string, all: ShownEntry[], id: string): HTMLElement | null {
  if (all.length === 0) return null;
  const list = element('div', {});
  const more = element('button', { type: 'button', class: 'no-print' }, 'Show more') as HTMLButtonElement;
  const field = element('input', {
    type: 'search',
    placeholder: 'Narrow by any text',
    'aria-label': `Narrow ${title}`,
    class: 'no-print',
  }) as HTMLInputElement;
  let found = all;
  let shown = 0;
  const add = () => {
    list.append(...found.slice(shown, shown + firstShown).map(entryRow));
    shown = Math.min(found.length, shown + firstShown);
    more.hidden = shown >= found.length;
    more.textContent = `Show more (${countWords(found.length - shown)} left)`;
  };
  more.addEventListener('click', add);
  field.addEventListener('input', () => {
    const wanted = field.value.toLowerCase();
    found =
      wanted === ''
        ? all
        : all.filter(({ leaf, event }) =>
            `${JSON.stringify(leaf)}${JSON.stringify(event)}`.toLowerCase().includes(wanted),
          );
    list.replaceChildren();
    shown = 0;
    add();
  });
  add();
  return element('section', { id }, element('h2', {}, `${title} (${countWords(all.length)})`), field, list, more);
}

const signatures: Record<string, string> = {
  valid: 'signed by its producer',
  none: 'not signed by its producer',
  not_enrolled: 'signed by a key that was not enrolled',
  unknown_key: 'signed by a key that is not here',
  bad: 'its signature does not hold',
  hidden: 'without its content',
};

function entryRow({ index, leaf, event, signature, opened }: ShownEntry): HTMLElement {
  const { type, action, time, data } = (event ?? {}) as {
    type?: string;
    action?: string;
    time?: string;
    data?: { tool?: { name?: string }; mcp?: { method?: string } };
  };
  const what = [action ?? type?.replace(/^mcp\.audit\.|\.v1$/g, '') ?? 'entry', data?.tool?.name]
    .filter(Boolean)
    .join(' ');
  const title = element(
    'span',
    {},
    `${countWords(index)} · ${time ?? leaf.recorded_at} · `,
    foreign(what, 120),
    element('span', { class: 'faint' }, ` ${action ? '' : (signatures[signature] ?? '')}`),
  );
  return folded(title, () => [
    element('p', { class: 'faint' }, `Id ${leaf.id}, recorded ${leaf.recorded_at}, event hash ${leaf.event_hash}`),
    ...opened.map(({ pointer, value }) =>
      element(
        'p',
        { class: 'foreign' },
        `Opened at ${pointer}: `,
        foreign(typeof value === 'string' ? value : canonicalJson(value)),
      ),
    ),
    event && element('pre', { class: 'foreign' }, foreign(JSON.stringify(event, null, 2), 200_000)),
  ]);
}

export function notProved(): HTMLElement {
  const limits = [
    'That what a producer said is true. A signature shows who said it, not that it happened.',
    'That nothing happened which was never recorded. A gap in a source’s chain shows; a call that nobody reported does not.',
    'When something happened, beyond what the producer’s clock said. Checkpoints, witnesses and timestamps show since when it can’t have been changed.',
    'That a log’s key belongs to whom you think, unless you compared it with one that came another way.',
    'That an observed event is as its emitter made it: there, Custody’s own adapter signed what it took in.',
    'That an alert is right. Alerts and their history are conclusions; the events that they rest on are proved.',
  ];
  return element(
    'section',
    { id: 'not-proved' },
    element('h2', {}, 'What this does not prove'),
    element('ul', {}, ...limits.map((limit) => element('li', {}, limit))),
  );
}
