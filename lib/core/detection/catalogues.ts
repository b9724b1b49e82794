/**
 * Catalogues that rules' tags point into, with the versions that the ids were taken from: ids get retired.
 * Only ids in use are listed. A tag is `<catalogue>.<id>`, lower case.
 */
export const catalogues: Record<string, { name: string; version: string; ids: Record<string, string> }> = {
  owasp: {
    name: 'OWASP MCP Top 10 and OWASP Agentic Top 10',
    version: 'MCP v0.1 (2025, beta); Agentic 2026',
    ids: {
      mcp01: 'Token Mismanagement & Secret Exposure',
      mcp03: 'Tool Poisoning',
      mcp04: 'Software Supply Chain Attacks & Dependency Tampering',
      mcp05: 'Command Injection & Execution',
      mcp06: 'Intent Flow Subversion',
      mcp08: 'Lack of Audit and Telemetry',
      mcp09: 'Shadow MCP Servers',
      mcp10: 'Context Injection & Over-Sharing',
      asi01: 'Agent Goal Hijack',
      asi02: 'Tool Misuse and Exploitation',
      asi04: 'Agentic Supply Chain Vulnerabilities',
      asi05: 'Unexpected Code Execution',
    },
  },
  safe: {
    name: 'SAFE-MCP',
    version: '1.0.0 (2026-05-22)',
    ids: {
      t1001: 'Tool Poisoning Attack',
      t1003: 'Malicious MCP-Server Distribution',
      t1008: 'Tool Shadowing Attack',
      t1101: 'Command Injection',
      t1102: 'Prompt Injection',
      t1104: 'Over-Privileged Tool Abuse',
      t1105: 'Path Traversal via File Tool',
      t1201: 'MCP Rug Pull Attack',
      t1205: 'Persistent Tool Redefinition',
      t1401: 'Line Jumping',
      t1402: 'Instruction Steganography',
      t1501: 'Full-Schema Poisoning',
      t1502: 'File-Based Credential Harvest',
      t1504: 'Token Theft via API Response',
      t1703: 'Tool-Chaining Pivot',
      t1706: 'OAuth Token Pivot Replay',
      t1911: 'Parameter Exfiltration',
      t1914: 'Tool-to-Tool Exfil',
    },
  },
  atlas: {
    name: 'MITRE ATLAS',
    version: '5.6.0 (2026-04-30)',
    ids: {
      'aml.t0037': 'Data from Local System',
      'aml.t0050': 'Command and Scripting Interpreter',
      'aml.t0051.001': 'LLM Prompt Injection: Indirect',
      'aml.t0055': 'Unsecured Credentials',
      'aml.t0072': 'Reverse Shell',
      'aml.t0086': 'Exfiltration via AI Agent Tool Invocation',
      'aml.t0098': 'AI Agent Tool Credential Harvesting',
      'aml.t0109': 'AI Supply Chain Rug Pull',
      'aml.t0110': 'AI Agent Tool Poisoning',
    },
  },
  attack: {
    name: 'MITRE ATT&CK Enterprise',
    version: '17.1',
    ids: {
      t1041: 'Exfiltration Over C2 Channel',
      t1059: 'Command and Scripting Interpreter',
      t1070: 'Indicator Removal',
      t1083: 'File and Directory Discovery',
      t1098: 'Account Manipulation',
      t1552: 'Unsecured Credentials',
      t1562: 'Impair Defenses',
    },
  },
  cosai: {
    name: 'CoSAI Model Context Protocol Security',
    version: '2026-05-29',
    ids: {
      t3: 'Input Validation/Sanitization Failures',
      t4: 'Input/Instruction Boundary Distinction Failure',
      t6: 'Missing Integrity/Verification Controls',
      t7: 'Session & Transport Security Failures',
      t11: 'Supply Chain & Lifecycle',
      t12: 'Insufficient Logging, Monitoring & Auditability',
    },
  },
};

/** What a rule's tag stands for; null where the catalogue has no such id. */
export function lookUpTag(tag: string): { catalogue: string; version: string; id: string; name: string } | null {
  const dot = tag.indexOf('.');
  const catalogue = catalogues[tag.slice(0, dot)];
  const id = tag.slice(dot + 1);
  if (!catalogue || !Object.hasOwn(catalogue.ids, id)) return null;
  return { catalogue: catalogue.name, version: catalogue.version, id, name: catalogue.ids[id] as string };
}
