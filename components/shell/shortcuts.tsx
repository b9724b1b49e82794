'use client';
import { may, type Role } from '@/lib/core/access';
import { Dialog } from '../dialog';
import { screens } from './screens';

const everywhere: [keys: string, does: string][] = [
  ['⌘K', 'pages, actions, entities'],
  ['/', 'search events'],
  ['?', 'this list'],
  ['l', 'live on or off'],
  ['t', 'light or dark'],
  ['[', 'collapse the rail'],
  ['Esc', 'close what is open'],
];
const lists: [keys: string, does: string][] = [
  ['j', 'next row'],
  ['k', 'row before'],
  ['← →', 'cell to the left, to the right'],
  ['Enter', 'open beside the list'],
  ['o', 'open as a full page'],
  ['x', 'select'],
  ['f', 'only rows with this cell'],
  ['F', 'rows without this cell'],
  ['n', 'show what is new'],
];
const alerts: [keys: string, does: string][] = [
  ['a', 'assign to me'],
  ['e', 'close with a reason'],
  ['c', 'comment'],
  ['s', 'suppress'],
];

export function Shortcuts({ open, onClose, role }: { open: boolean; onClose: () => void; role: Role }) {
  const going = screens
    .filter((screen) => may(role, screen.scope))
    .map((screen): [string, string] => [`g ${screen.letter}`, screen.label]);
  return (
    <Dialog open={open} onClose={onClose} title="Keyboard" wide>
      <div className="grid gap-x-8 gap-y-5 sm:grid-cols-2">
        <Group title="Everywhere" keys={everywhere} />
        <Group title="Go to" keys={going} />
        <Group title="In a list" keys={lists} />
        {may(role, 'alert:write') && <Group title="On an alert" keys={alerts} />}
      </div>
    </Dialog>
  );
}

function Group({ title, keys }: { title: string; keys: [string, string][] }) {
  return (
    <section>
      <h3 className="mb-1.5 text-xs font-medium text-faint">{title}</h3>
      <dl className="flex flex-col gap-1 text-sm">
        {keys.map(([key, does]) => (
          <div key={key} className="flex justify-between gap-4">
            <dd className="text-soft">{does}</dd>
            <dt className="flex gap-1">
              {key.split(' ').map((part) => (
                <kbd key={part}>{part}</kbd>
              ))}
            </dt>
          </div>
        ))}
      </dl>
    </section>
  );
}
