/**
 * Why the operator API refuses what a person asked for: a word each, with the names of the values that its sentence is
 * made of. `messages/*.json` words each under `refusal`; the API's own sentence stays English.
 */
export const refusals = {
  no_such_object: ["type", "id", "n", "near"],
  no_such_id: ["type"],
  no_such_revision: ["revision"],
  no_such_setting: ["name", "n", "near"],
  until_needless: [],
  until_past: [],
  until_far: [],
  target_stopped: ["id"],
  switch_changed: ["actor", "type", "id", "intent", "revision"],
  object_changed: ["actor", "object", "revision"],
  route_changed: ["actor", "id", "revision", "chain"],
  configuration_changed: ["actor", "revision"],
  settings_in_file: ["path"],
  object_in_file: ["id", "path"],
  policy_in_file: ["id", "path"],
  configuration_in_file: ["path"],
  keys_in_file: [],
  in_use: ["type", "id", "users"],
  name_form: [],
  name_taken: ["type", "id"],
  route_stays: ["id"],
  base_url: [],
  base_url_ends: [],
  key_characters: [],
  key_missing: [],
  key_elsewhere: [],
  header_again: ["name"],
  header_form: [],
  reference_form: [],
  own_secret: ["name"],
  no_gateway: [],
  demo_off: [],
  body_not_whole: [],
  revert_first: [],
  revert_key: [],
  revert_impossible: ["revision"],
  revert_gone: ["revision", "type", "id"],
  revert_switch_changed: ["revision", "type", "id", "actor", "since", "intent"],
  revert_changed: ["revision", "names"],
  revert_needed: ["revision"],
  role: ["needed", "role"],
  own_name: ["id"],
  chain_twice: ["id"],
  document_invalid: [],
  file_invalid: [],
  file_syntax: [],
  file_no_settings: [],
  setting_unknown: ["name"],
  value_between: ["least", "most", "unit", "kind"],
  list_least: ["least"],
  list_most: ["most"],
  text_long: ["most"],
  value_invalid: [],
  named_twice: ["id"],
  private_network: [],
  literal_secret: [],
  provider_missing: ["provider"],
  region_missing: ["provider", "region"],
  model_missing: ["model", "route"],
  model_empty: ["model"],
  route_empty: ["route"],
  exceeds: ["most", "setting", "value"],
  timezone: ["name"],
  rate_needs_currency: [],
  rate_day: [],
  kept_missing: [],
  kept_elsewhere: [],
  parameter: ["name"],
  key_id: [],
  key_name: ["most"],
  key_taken: ["id"],
  key_in_file: ["id"],
  key_revoked: ["id"],
  key_changed: ["id", "revision"],
  overlap_long: ["days"],
  drill_long: ["minutes"],
  request_invalid: [],
  body_large: ["kilobytes"],
  host: [],
  other_site: [],
  revision_unreadable: ["revision"],
} as const satisfies Record<string, readonly string[]>;

export type RefusalReason = keyof typeof refusals;

type ValuesOf<Reason extends RefusalReason> = Readonly<
  Record<(typeof refusals)[Reason][number], string | number>
>;

/** A reason with its values. `detail` is what a parser says, in its own words. */
export type Refusal = {
  [Reason in RefusalReason]: {
    readonly reason: Reason;
    readonly detail?: string;
  } & ((typeof refusals)[Reason] extends readonly []
    ? { readonly values?: never }
    : { readonly values: ValuesOf<Reason> });
}[RefusalReason];

/** A refusal as an answer carries it: all that a sentence is made of stands in `values`. */
export type CarriedRefusal = {
  readonly reason?: string | undefined;
  readonly values?: Readonly<Record<string, string | number>> | undefined;
};

/** `refusal` as an answer carries it; nothing without one. */
export function carried(refusal: Refusal | undefined): {
  reason?: string;
  values?: Record<string, string | number>;
} {
  if (refusal === undefined) {
    return {};
  }
  const { reason, values = {}, detail } = refusal;
  return { reason, values: { ...values, ...(detail !== undefined && { detail }) } };
}

/** What stands for a name that is not known, in values that a sentence chooses by. */
export const unnamed = "unnamed";
