/** `rpc.tools_call` of `mcp.audit.rpc.tools_call.v1`. */
export const shortType = (type: string): string => type.replace(/^mcp\.audit\./, '').replace(/\.v\d+$/, '');

const statuses: Record<string, string> = {
  success: 'Success',
  failure: 'Failed',
  denied: 'Denied',
  timeout: 'Timed out',
  unknown: 'Unknown',
};
export const statusWords = (status: string): string => statuses[status] ?? status;

const assertions: Record<string, string> = {
  producer_signed: 'Signed by its producer',
  observed: 'Observed by our adapter: its emitter does not sign',
  reported: 'Observed: its emitter reported it unsigned, and we signed what came',
};
export const assertionWords = (assertion: string): string => assertions[assertion] ?? assertion;
