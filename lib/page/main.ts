import { fromBase64 } from '../core/provenance/bytes';
import { nobleCrypto } from '../core/provenance/crypto-noble';
import { parseVerifierKey } from '../core/provenance/note';
import { parsePolicy } from '../core/provenance/policy';
import { element } from './dom';
import { alerts, entries, logs, notProved, problems, summary } from './parts';
import { readBundle } from './read';

/** The page of a bundle: it verifies what is in it, where it is opened, and asks nobody. */
const page = document.getElementById('page') as HTMLElement;
const bytes = fromBase64((document.getElementById('bundle')?.textContent ?? '').trim());

async function show(keys: string, policy: string): Promise<void> {
  const status = element('p', { role: 'status' }, 'Verifying …');
  page.replaceChildren(status);
  try {
    if (!bytes || bytes.length === 0) throw new Error('there is no bundle in this page, or it was damaged.');
    const { sha256 } = nobleCrypto;
    const logKeys = keys
      .split(/\s+/)
      .filter(Boolean)
      .map((key) => parseVerifierKey(sha256, key));
    const options = { logKeys, ...(policy.trim() && { policy: parsePolicy(sha256, policy) }) };
    const content = await readBundle(bytes, options, (share) => {
      status.textContent = `Verifying … ${Math.round(share * 100)} %`;
    });
    const console = content.header?.logs.find(({ kind }) => kind === 'console')?.id;
    const parts = [
      ...summary(content),
      problems(content),
      trust(keys, policy),
      notProved(),
      logs(content),
      alerts(content),
      entries(
        'Events',
        content.entries.filter(({ log }) => log !== console),
        'events',
      ),
      entries(
        'What people and the system did',
        content.entries.filter(({ log }) => log === console),
        'actions',
      ),
    ];
    page.replaceChildren(...parts.filter((part) => part !== null));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    page.replaceChildren(
      element(
        'div',
        { class: 'verdict bad', role: 'alert', id: 'verdict', 'data-verdict': 'UNUSABLE' },
        element('strong', {}, 'Unusable'),
        element('p', {}, why),
      ),
      trust(keys, policy),
    );
  }
}

/** What the reader knows from elsewhere. */
function trust(keys: string, policy: string): HTMLElement {
  const keyField = element('textarea', { rows: '2', id: 'keys', spellcheck: 'false' }, keys) as HTMLTextAreaElement;
  const policyField = element(
    'textarea',
    { rows: '3', id: 'policy', spellcheck: 'false' },
    policy,
  ) as HTMLTextAreaElement;
  const again = element('button', { type: 'button' }, 'Verify again');
  again.addEventListener('click', () => void show(keyField.value, policyField.value));
  const form = element(
    'details',
    { class: 'no-print' },
    element('summary', {}, 'Verify with keys that you have from elsewhere'),
  );
  form.append(
    element('label', { for: 'keys' }, 'Verifier keys of logs, one a line (npx custody log key prints them)'),
    keyField,
    element('label', { for: 'policy' }, 'Witness policy (c2sp.org/tlog-policy)'),
    policyField,
    again,
  );
  if (keys || policy) form.setAttribute('open', '');
  return form;
}

void show('', '');
