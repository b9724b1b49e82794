/** Where "Trace this" leaves a text for the lineage page: never in an address, which ends up in histories and logs. */
export const traceKey = 'custody.trace';
