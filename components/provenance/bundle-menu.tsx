import { may, type Role } from '@/lib/core/access';
import { ExportMenu } from '../export-menu';

const note =
  'Anyone can verify a bundle without us: the page by opening it, without network; the file with npx custody verify. The audit records it.';

/** Takes evidence away as a bundle. `asked`: parameters of GET /api/v1/bundle. */
export function BundleMenu({ asked, role }: { asked: Record<string, string>; role: Role }) {
  const href = (more: Record<string, string>) => `/api/v1/bundle?${new URLSearchParams({ ...asked, ...more })}`;
  const carried = may(role, 'payload:read')
    ? [
        { label: 'Page, with what calls carried', href: href({ format: 'html', payload: '1' }) },
        { label: 'File, with what calls carried', href: href({ format: 'jsonl', payload: '1' }) },
      ]
    : [];
  const choices = [
    { label: 'Page that verifies itself', href: href({ format: 'html' }) },
    { label: 'File (custody.bundle/1)', href: href({ format: 'jsonl' }) },
    ...carried,
  ];
  return <ExportMenu label="Evidence" choices={choices} note={note} />;
}
