'use client';
import {
  type Cell,
  type ColumnDef,
  flexRender,
  getCoreRowModel,
  type RowData,
  type RowSelectionState,
  useReactTable,
} from '@tanstack/react-table';
import { usePathname, useRouter, useSearchParams } from 'next/navigation';
import { type MouseEvent, type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { withCondition } from '@/lib/core/query/condition';
import { cn } from './cn';
import { useHotkeys } from './hotkeys';
import { withParams } from './shell/range-url';

declare module '@tanstack/react-table' {
  interface ColumnMeta<TData extends RowData, TValue> {
    /** Filters by this cell: the query's field and value (`f` and `F`). */
    filter?: (row: TData) => { field: string; value: string } | null;
    align?: 'right';
    /** Hidden in tables narrower than this. */
    from?: 'sm' | 'md' | 'lg' | 'xl';
    /** Takes the width that is left, and cuts its text. */
    grow?: boolean;
  }
}

// By the width of the table, not of the window: a panel beside it takes room too.
const shownFrom = {
  sm: 'hidden @xl:table-cell',
  md: 'hidden @3xl:table-cell',
  lg: 'hidden @4xl:table-cell',
  xl: 'hidden @7xl:table-cell',
};

export interface DataTableProps<Row> {
  /** What the table holds, for screen readers. */
  label: string;
  columns: ColumnDef<Row>[];
  rows: Row[];
  rowId: (row: Row) => string;
  /** Parameter of the URL that holds the opened row's id; without it rows don't open beside the list. */
  openParam?: string;
  /** The row's full page. */
  pageHref?: (row: Row) => string;
  /** Shown above the rows while some are selected. */
  selectionActions?: (ids: string[], clear: () => void) => ReactNode;
  /** Keys that act on the row that the keyboard is on. */
  rowKeys?: Record<string, (row: Row) => void>;
  /** Shown instead of the rows where there are none. */
  empty?: ReactNode;
  footer?: ReactNode;
}

/**
 * A list by keyboard: j k move, arrows choose a cell, Enter opens beside, o opens the page, x selects, f and F filter by the cell.
 */
export function DataTable<Row>({
  label,
  columns,
  rows,
  rowId,
  openParam,
  pageHref,
  selectionActions,
  rowKeys = {},
  empty,
  footer,
}: DataTableProps<Row>) {
  const router = useRouter();
  const pathname = usePathname();
  const params = useSearchParams();
  const body = useRef<HTMLTableSectionElement>(null);
  const openId = openParam ? params.get(openParam) : null;
  const [at, setAt] = useState<{ row: number; cell: number } | null>(null);
  const [selection, setSelection] = useState<RowSelectionState>({});
  const table = useReactTable({
    data: rows,
    columns,
    getRowId: rowId,
    getCoreRowModel: getCoreRowModel(),
    state: { rowSelection: selection },
    onRowSelectionChange: setSelection,
    enableRowSelection: !!selectionActions,
  });
  const shown = table.getRowModel().rows;
  const selected = useMemo(
    () => Object.keys(selection).filter((id) => rows.some((row) => rowId(row) === id)),
    [selection, rows, rowId],
  );

  useEffect(() => {
    if (at) body.current?.rows[at.row]?.scrollIntoView({ block: 'nearest' });
  }, [at]);
  useEffect(() => {
    if (!openId) return;
    const row = rows.findIndex((candidate) => rowId(candidate) === openId);
    if (row >= 0) setAt((now) => (now?.row === row ? now : { row, cell: now?.cell ?? 0 }));
  }, [openId, rows, rowId]);

  const current = at ? shown[at.row] : undefined;
  const open = (id: string | null) => {
    if (openParam) router.push(withParams(pathname, params, { [openParam]: id }), { scroll: false });
  };
  const move = (by: number) => {
    if (shown.length === 0) return;
    const row = Math.max(0, Math.min(shown.length - 1, (at?.row ?? -Math.sign(by)) + by));
    const next = { row: at ? row : by > 0 ? 0 : shown.length - 1, cell: at?.cell ?? 0 };
    setAt(next);
    if (openId && shown[next.row]) open((shown[next.row] as (typeof shown)[number]).id);
  };
  const moveCell = (by: number) => {
    const width = current?.getVisibleCells().length ?? 0;
    if (at) setAt({ row: at.row, cell: Math.max(0, Math.min(width - 1, at.cell + by)) });
  };
  const filter = (excluded: boolean) => {
    const cell = current?.getVisibleCells()[at?.cell ?? 0];
    const found = cell && filterOf(cell);
    if (!found) return;
    const query = withCondition(params.get('q') ?? '', found.field, found.value, excluded);
    router.push(withParams(pathname, params, { q: query, cursor: null }), { scroll: false });
  };
  useHotkeys({
    j: () => move(1),
    k: () => move(-1),
    arrowleft: () => moveCell(-1),
    arrowright: () => moveCell(1),
    enter: () => current && (openParam ? open(current.id) : pageHref && router.push(pageHref(current.original))),
    o: () => current && pageHref && router.push(pageHref(current.original)),
    x: () => current?.toggleSelected(),
    f: () => filter(false),
    'shift+f': () => filter(true),
    ...Object.fromEntries(Object.entries(rowKeys).map(([key, act]) => [key, () => current && act(current.original)])),
  });
  const onRowClick = (event: MouseEvent, row: (typeof shown)[number], index: number) => {
    if ((event.target as HTMLElement).closest('a, button, input, label') || window.getSelection()?.toString()) return;
    setAt({ row: index, cell: at?.cell ?? 0 });
    if (openParam) open(row.id === openId ? null : row.id);
    else if (pageHref) router.push(pageHref(row.original));
  };

  if (rows.length === 0 && empty) return <div className="card">{empty}</div>;
  return (
    <div className="card overflow-hidden">
      {selectionActions && selected.length > 0 && (
        <div className="flex flex-wrap items-center gap-2 border-b bg-selected px-3 py-1.5 text-sm">
          <span className="num font-medium">{selected.length} selected</span>
          {selectionActions(selected, () => setSelection({}))}
        </div>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section aria-label={label} tabIndex={0} className="@container overflow-x-auto">
        <table className="w-full border-collapse text-sm">
          <thead>
            {table.getHeaderGroups().map((group) => (
              <tr key={group.id} className="border-b text-left">
                {selectionActions && (
                  <th className="w-9 pl-3">
                    <input
                      type="checkbox"
                      aria-label="Select all"
                      checked={table.getIsAllRowsSelected()}
                      onChange={table.getToggleAllRowsSelectedHandler()}
                    />
                  </th>
                )}
                {group.headers.map((header) => (
                  <th
                    key={header.id}
                    scope="col"
                    className={cn(
                      'h-8 px-3 text-xs font-medium whitespace-nowrap text-faint',
                      header.column.columnDef.meta?.align === 'right' && 'text-right',
                      header.column.columnDef.meta?.from && shownFrom[header.column.columnDef.meta.from],
                      header.column.columnDef.meta?.grow && 'w-full min-w-40',
                    )}
                  >
                    {flexRender(header.column.columnDef.header, header.getContext())}
                  </th>
                ))}
              </tr>
            ))}
          </thead>
          <tbody ref={body}>
            {shown.map((row, index) => (
              <tr
                key={row.id}
                data-row={row.id}
                data-current={at?.row === index || undefined}
                aria-selected={row.id === openId || undefined}
                onClick={(event) => onRowClick(event, row, index)}
                className={cn(
                  'row-h border-b border-line last:border-b-0',
                  (openParam || pageHref) && 'cursor-pointer',
                  row.id === openId ? 'bg-selected' : at?.row === index ? 'bg-hover' : 'hover:bg-hover',
                )}
              >
                {selectionActions && (
                  <td className="pl-3">
                    <input
                      type="checkbox"
                      aria-label="Select this row"
                      checked={row.getIsSelected()}
                      onChange={row.getToggleSelectedHandler()}
                    />
                  </td>
                )}
                {row.getVisibleCells().map((cell, n) => (
                  <td
                    key={cell.id}
                    className={cn(
                      'px-3 whitespace-nowrap',
                      cell.column.columnDef.meta?.align === 'right' && 'num text-right',
                      cell.column.columnDef.meta?.from && shownFrom[cell.column.columnDef.meta.from],
                      cell.column.columnDef.meta?.grow && 'w-full max-w-0 truncate',
                      at?.row === index && at.cell === n && 'shadow-[inset_0_-2px_0_var(--accent)]',
                    )}
                  >
                    {flexRender(cell.column.columnDef.cell, cell.getContext())}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {footer && (
        <div className="flex items-center justify-between gap-3 border-t px-3 py-2 text-xs text-soft">{footer}</div>
      )}
    </div>
  );
}

const filterOf = <Row,>(cell: Cell<Row, unknown>) => cell.column.columnDef.meta?.filter?.(cell.row.original) ?? null;
