import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { JsonObject } from '@/lib/core/event/json';
import { goJson } from '@/lib/core/provenance/receipts/go-json';
import { actionRecord, receipt as receiptFields } from '@/lib/core/provenance/receipts/pipelock-fields';
import { rawPublicKey } from '@/lib/platform/crypto';

/** Makes Pipelock's receipts, one behind the other, as its flight recorder does. */
export class PipelockMaker {
  private readonly privateKey: KeyObject = generateKeyPairSync('ed25519').privateKey;
  private sequence = 0;
  private previous = 'genesis';

  readonly publicKey = rawPublicKey(this.privateKey);
  /** As its receipts name it. */
  readonly kid = Buffer.from(this.publicKey).toString('hex');

  next(members: JsonObject = {}, time = new Date()): JsonObject {
    const record: JsonObject = {
      version: 1,
      action_id: `action-${this.sequence}`,
      action_type: 'read',
      timestamp: time.toISOString(),
      principal: 'local',
      actor: 'agent:tests',
      delegation_chain: null,
      target: 'https://example.com/?a=1&b=<2>',
      side_effect_class: 'external_read',
      reversibility: 'full',
      policy_hash: 'sha256:e3b0c442',
      verdict: 'allow',
      transport: 'fetch',
      ...members,
      chain_prev_hash: this.previous,
      chain_seq: this.sequence,
    };
    const receipt = this.sign(record);
    this.sequence++;
    this.previous = createHash('sha256').update(goJson(receipt, receiptFields)).digest('hex');
    return receipt;
  }

  /** Another receipt in the place of one. */
  again(receipt: JsonObject, members: JsonObject): JsonObject {
    return this.sign({ ...(receipt.action_record as JsonObject), ...members });
  }

  private sign(record: JsonObject): JsonObject {
    const digest = createHash('sha256').update(goJson(record, actionRecord)).digest();
    return {
      version: 1,
      action_record: record,
      signature: `ed25519:${sign(null, digest, this.privateKey).toString('hex')}`,
      signer_key: this.kid,
    };
  }
}
