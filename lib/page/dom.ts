import { markInvisible } from '../core/query/invisible';

type Child = Node | string | null | false | undefined;

/** An element with attributes and children; text stays text. */
export function element(name: string, attributes: Record<string, string> = {}, ...children: Child[]): HTMLElement {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children.filter((child) => child !== null && child !== false && child !== undefined));
  return made;
}

/** The same for a picture. */
export function drawn(name: string, attributes: Record<string, string | number>, ...children: Child[]): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, String(value));
  made.append(...children.filter((child) => child !== null && child !== false && child !== undefined));
  return made;
}

const longest = 20_000;

/** Text that others chose: what can't be seen in it is shown and named, and what is too long is cut, and says so. */
export function foreign(text: string, limit = longest): HTMLElement {
  const span = element('span', { dir: 'ltr' });
  for (const { text: piece, mark } of markInvisible(text.slice(0, limit))) {
    const title = `An invisible character: ${mark}`;
    span.append(mark === undefined ? piece : element('span', { class: 'mark', title }, mark));
  }
  if (text.length > limit) span.append(element('span', { class: 'faint' }, ` … ${text.length} characters in all`));
  return span;
}

/** A part that is made when it is opened. */
export function folded(title: Child, make: () => Child[]): HTMLElement {
  const details = element('details', {}, element('summary', {}, title));
  details.addEventListener('toggle', () => details.append(...(make().filter(Boolean) as Node[])), { once: true });
  return details;
}

export function table(head: string[], rows: Child[][]): HTMLElement {
  return element(
    'div',
    { class: 'scroll' },
    element(
      'table',
      {},
      element('thead', {}, element('tr', {}, ...head.map((name) => element('th', { scope: 'col' }, name)))),
      element('tbody', {}, ...rows.map((cells) => element('tr', {}, ...cells.map((cell) => element('td', {}, cell))))),
    ),
  );
}
