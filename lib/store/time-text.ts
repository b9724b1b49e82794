const rfc3339 = (column: string, second: string): string =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.${second}"Z"')`;

/** A timestamptz column as RFC 3339 text in UTC with microseconds, as cursors need it. */
export const timeText = (column: string): string => rfc3339(column, 'US');

/** The same with milliseconds, as the envelope writes times. */
export const envelopeTime = (column: string): string => rfc3339(column, 'MS');
