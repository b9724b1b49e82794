"""Has the real programs make and verify receipts: pipelock-verify, agentmesh-mcp-receipts and aat-mcp of PyPI.

Reads {"verify": {format: [{"value": …, "key": …}]}} from standard input and answers {"made": {…}, "verdicts": {format: [bool]}}.
"""

import base64
import dataclasses
import json
import sys

import pipelock_verify
from aat import core as aat
from aat.mcp import MCPRecorder
from cryptography.hazmat.primitives.asymmetric import ec
from mcp_receipt_governed import McpReceiptAdapter, verify_receipt
from mcp_receipt_governed.receipt import GovernanceReceipt

POLICY = """
permit(principal, action == Action::"ReadData", resource);
forbid(principal, action == Action::"DeleteFile", resource);
"""


def agent_governance():
    adapter = McpReceiptAdapter(cedar_policy=POLICY, cedar_policy_id="policy:täglich <1>", signing_key_hex="5e" * 32)
    for tool, arguments in (("ReadData", {"path": "/a"}), ("ReadData", {"path": "/ü"}), ("DeleteFile", {})):
        adapter.govern_tool_call("did:mesh:agent-1", tool, arguments)
    # A whole second, which Python writes as 1795285225.0.
    return adapter.store.export()


def audit_trail():
    key = aat.gen_key()
    recorder = MCPRecorder(agent_id="urn:agent:bot.example", agent_version="1.0", private_key=key)
    recorder.open_session()
    recorder.record(
        action_type="decision",
        action_detail={"confidence": 0.1, "small": 1e-7, "whole": 5.0, "text": "ü\u2028 \U0001f512 <&>", "é": None},
        outcome="success",
        record_phase="concurrent",
    )
    wrapped = recorder.wrap(lambda name, arguments: {"ok": True})
    wrapped("weather", {"city": "Zürich"})
    recorder.close_session()
    numbers = key.public_key().public_numbers()
    x, y = (base64.urlsafe_b64encode(n.to_bytes(32, "big")).rstrip(b"=").decode() for n in (numbers.x, numbers.y))
    return {"records": recorder.records, "keys": {recorder.kid: {"kty": "EC", "crv": "P-256", "x": x, "y": y}}}


def verify_pipelock(value, key):
    return pipelock_verify.verify(json.dumps(value), public_key_hex=key).valid


def verify_agent_governance(value, key):
    names = {field.name for field in dataclasses.fields(GovernanceReceipt)}
    receipt = GovernanceReceipt(**{name: one for name, one in value.items() if name in names})
    return receipt.signer_public_key == key and verify_receipt(receipt)


def verify_audit_trail(value, key):
    point = [int.from_bytes(base64.urlsafe_b64decode(key[name] + "="), "big") for name in ("x", "y")]
    return aat.verify_signature(value, ec.EllipticCurvePublicNumbers(*point, ec.SECP256R1()).public_key())


VERIFIERS = {
    "pipelock": verify_pipelock,
    "pipelock-evidence": verify_pipelock,
    "agent-governance": verify_agent_governance,
    "agent-audit-trail": verify_audit_trail,
}


def verdict(verify, case):
    try:
        return bool(verify(case["value"], case["key"]))
    except Exception:
        return False


asked = json.load(sys.stdin)["verify"]
answer = {
    "made": {"agent-governance": agent_governance(), "agent-audit-trail": audit_trail()},
    "verdicts": {name: [verdict(VERIFIERS[name], case) for case in cases] for name, cases in asked.items()},
}
json.dump(answer, sys.stdout)
