'use client';
import type { ColumnDef } from '@tanstack/react-table';
import { countWords } from '@/lib/core/query/words';
import { HashChip, useCopy } from '../copy';
import { DataTable } from '../data-table';
import { Empty } from '../states';
import { Ago } from '../time';

export interface CheckpointRow {
  logId: number;
  origin: string;
  size: number;
  root: string;
  note: string;
  signedAt: string;
}

function CopyNote({ note }: { note: string }) {
  const [copied, copy] = useCopy();
  return (
    <button type="button" className="link text-xs" onClick={() => copy(note)}>
      {copied ? 'copied' : 'copy note'}
    </button>
  );
}

const columns: ColumnDef<CheckpointRow>[] = [
  { id: 'signed', header: 'Signed', cell: ({ row }) => <Ago at={row.original.signedAt} className="text-soft" /> },
  {
    id: 'log',
    header: 'Log',
    meta: { grow: true },
    cell: ({ row }) => <span className="font-mono text-xs">{row.original.origin}</span>,
  },
  { id: 'size', header: 'Entries', meta: { align: 'right' }, cell: ({ row }) => countWords(row.original.size) },
  {
    id: 'root',
    header: 'Root',
    meta: { from: 'sm' },
    cell: ({ row }) => <HashChip value={row.original.root} label="root" />,
  },
  { id: 'note', header: 'Note', meta: { from: 'md' }, cell: ({ row }) => <CopyNote note={row.original.note} /> },
];

export const CheckpointTable = ({ rows }: { rows: CheckpointRow[] }) => (
  <DataTable
    label="Checkpoints"
    columns={columns}
    rows={rows}
    rowId={rowId}
    empty={
      <Empty title="No checkpoint was signed yet">
        <p>The worker signs each log that has grown, once a second. Start it with npm start.</p>
      </Empty>
    }
  />
);

const rowId = (row: CheckpointRow) => `${row.logId} ${row.size}`;
