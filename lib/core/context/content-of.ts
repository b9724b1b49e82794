import type { AuditEvent } from '../event/envelope';

/** Requests that a server makes of a client: there the question is the server's, and the answer is sent to it. */
const askedByServer = /^mcp\.audit\.rpc\.(?:sampling|elicitation|roots)\.v1$/;

/** What was sent to a server in this exchange. */
export function inputsOf({ type, data }: AuditEvent): unknown[] {
  if (askedByServer.test(type)) return [data.result?.content, data.result?.structured, data.result?.value];
  return [data.request?.arguments, data.request?.params, data.prompt?.arguments, data.resource?.uri];
}

/** What the server gave in it. Definitions of tools are apart: they are compared, not traced. */
export function outputsOf({ type, data }: AuditEvent): unknown[] {
  if (askedByServer.test(type)) return [data.request?.params, data.elicitation?.message];
  return [
    data.result?.content,
    data.result?.structured,
    data.result?.value,
    data.error?.message,
    data.error?.data,
    data.elicitation?.message,
  ];
}
