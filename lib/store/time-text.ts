/** A timestamptz column as RFC 3339 text in UTC with microseconds, as cursors need it. */
export const timeText = (column: string): string =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
