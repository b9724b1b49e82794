import { goStruct } from './go-json';

/** The fields of Pipelock's receipts in the order of its Go structures, as of Pipelock 3.2 (pipelock-verify 0.4.1). */

const redaction = goStruct('profile? provider? parser? total_redactions? by_class? cache_boundary_kept?');

const shield = goStruct(`pipeline? total_rewrites? extension_probes? tracking_beacons? agent_traps?
  fingerprint_shim_injected? svg_foreign_objects? svg_event_handlers? svg_external_references? svg_hidden_text?
  svg_animation_injections? body_bytes? scanned_bytes? partial? adaptive_signals_recorded? adaptive_signal_max_per_body?`);

const taint = goStruct('url kind level timestamp receipt_id? match_reason?');

const transition = goStruct(
  'prior_signer_key prior_chain_seq prior_chain_hash',
  {},
  { prior_signer_key: '', prior_chain_seq: 0, prior_chain_hash: '' },
);

const binding = goStruct(
  'group_id shard_index session_id open_manifest_sha256 signer_key previous_group_id previous_open_manifest_sha256',
  {},
  {
    group_id: '',
    shard_index: 0,
    session_id: '',
    open_manifest_sha256: '',
    signer_key: '',
    previous_group_id: '',
    previous_open_manifest_sha256: '',
  },
);

const open = goStruct(
  `run_nonce open_nonce recorder_session policy_hash signer_key_epoch heartbeat_seconds chain_open_seq prior_chain_head?
  prior_chain_seq? genesis_hash? genesis_anchor_head? genesis_anchor_log? posture_capsule_sha256? posture_signer_key_id?
  containment_nonce? contained_uid? group_binding:binding?`,
  { binding },
  {
    run_nonce: '',
    open_nonce: '',
    recorder_session: '',
    policy_hash: '',
    signer_key_epoch: '',
    heartbeat_seconds: 0,
    chain_open_seq: 0,
  },
);

const heartbeat = goStruct(
  'run_nonce open_nonce beat chain_head chain_seq_head heartbeat_time fsync_errors_gated durability_blocks',
  {},
  {
    run_nonce: '',
    open_nonce: '',
    beat: 0,
    chain_head: '',
    chain_seq_head: 0,
    heartbeat_time: '',
    fsync_errors_gated: 0,
    durability_blocks: 0,
  },
);

const close = goStruct(
  'run_nonce open_nonce final_seq root_hash receipt_count close_reason fsync_errors_gated durability_blocks',
  {},
  {
    run_nonce: '',
    open_nonce: '',
    final_seq: 0,
    root_hash: '',
    receipt_count: 0,
    close_reason: '',
    fsync_errors_gated: 0,
    durability_blocks: 0,
  },
);

const control = goStruct('kind open:open? heartbeat:heartbeat? close:close?', { open, heartbeat, close }, { kind: '' });

export const actionRecord = goStruct(
  `version action_id parent_action_id? action_type timestamp principal actor delegation_chain target intent? data_classes_in?
  data_classes_out? side_effect_class reversibility policy_hash verdict decision_phase? defer_id? resolution_policy?
  resolution_source? session_id? session_id_original? session_taint_level? session_contaminated? recent_taint_sources:taint?
  session_task_id? session_task_label? authority_kind? taint_decision? taint_decision_reason? task_override_applied?
  contract_winning_source? contract_live_verdict? contract_policy_sources? contract_rule_id? active_manifest_hash?
  contract_hash? contract_selector_id? contract_generation? transport method? layer? pattern? severity? redaction:redaction?
  shield:shield? request_id? chain_prev_hash chain_seq run_nonce? key_transition:transition? session_control:control? venue?
  jurisdiction? rulebook_id? remedy_class? contestation_window? precedent_refs?`,
  { taint, redaction, shield, transition, control },
);

/** Without `ext`, which is written behind it as it came. */
export const receipt = goStruct('version action_record:record signature signer_key', { record: actionRecord });

/** What `action_type` can be. */
export const actionTypes = new Set('read derive write delegate authorize spend commit actuate unclassified'.split(' '));
