/** What the browser needs of a log to check it: lib/store/integrity.ts answers it. */
export interface LogSummary {
  id: number;
  origin: string;
  kind: string;
  size: number;
  root: string;
  verifierKey: string;
  checkpoint: { size: number; root: string; note: string; signedAt: string } | null;
}
