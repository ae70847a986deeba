/**
 * JSON of the log's rows, several times a second for every call: written out column by column, which takes half of the time
 * that `JSON.stringify` does. A test compares the two.
 */
import type { AttemptRecord, CallLogLine, CallRecord } from "../../store/call-log";
import type { BegunCall } from "./crashed-call";

/** Names that come again with every call, in quotes. */
const words = new Map<string, string>();
const mostWords = 10_000;

/** JSON of `line`, like `JSON.stringify(line)`. */
export function lineJson({ call, attempts }: CallLogLine): string {
  let rows = "";
  for (const attempt of attempts) {
    rows += rows === "" ? attemptJson(attempt) : `,${attemptJson(attempt)}`;
  }
  return `{"call":${callJson(call)},"attempts":[${rows}]}`;
}

/** JSON of `begun`, like `JSON.stringify(begun)`. */
export function begunJson(begun: BegunCall): string {
  return (
    `{"id":"${begun.id}","started_at":"${begun.started_at}","node_id":${word(begun.node_id)},` +
    `"key_id":${word(begun.key_id)},"demo":${flag(begun.demo)},"route":${word(begun.route)},` +
    `"asked_model":${word(begun.asked_model)},"stream":${flag(begun.stream)},"revision":${begun.revision},` +
    `"plan_hash":${word(begun.plan_hash)},"metadata":${json(begun.metadata)}}`
  );
}

function callJson(call: CallRecord): string {
  return (
    `{"id":"${call.id}","started_at":"${call.started_at}","node_id":${word(call.node_id)},` +
    `"key_id":${word(call.key_id)},"demo":${flag(call.demo)},"route":${word(call.route)},` +
    `"asked_model":${word(call.asked_model)},"model":${word(call.model)},"provider":${word(call.provider)},` +
    `"region":${word(call.region)},"first_provider":${word(call.first_provider)},` +
    `"first_region":${word(call.first_region)},"first_model":${word(call.first_model)},` +
    `"outcome":"${call.outcome}","status":${call.status},` +
    `"error_code":${word(call.error_code)},"error_message":${json(call.error_message)},` +
    `"stream":${flag(call.stream)},"rescued_by":${word(call.rescued_by)},"fallback":${flag(call.fallback)},` +
    `"region_switch":${flag(call.region_switch)},"attempts":${call.attempts},"total_ms":${call.total_ms},` +
    `"ttft_ms":${figure(call.ttft_ms)},"overhead_us":${call.overhead_us},` +
    `"prompt_tokens":${figure(call.prompt_tokens)},"completion_tokens":${figure(call.completion_tokens)},` +
    `"cached_tokens":${figure(call.cached_tokens)},"tokens_estimated":${flag(call.tokens_estimated)},` +
    `"cost_nano_usd":${figure(call.cost_nano_usd)},"revision":${call.revision},` +
    `"plan_hash":${word(call.plan_hash)},"metadata":${json(call.metadata)},` +
    `"needs":${call.needs === null ? "null" : JSON.stringify(call.needs)}}`
  );
}

function attemptJson(attempt: AttemptRecord): string {
  return (
    `{"id":"${attempt.id}","call_id":"${attempt.call_id}","seq":${attempt.seq},` +
    `"started_at":"${attempt.started_at}","demo":${flag(attempt.demo)},` +
    `"target_id":${word(attempt.target_id)},"provider":${word(attempt.provider)},` +
    `"region":${word(attempt.region)},"model":${word(attempt.model)},"outcome":"${attempt.outcome}",` +
    `"reason":${word(attempt.reason)},"status":${figure(attempt.status)},"error":${json(attempt.error)},` +
    `"health":${flag(attempt.health)},"ttft_ms":${figure(attempt.ttft_ms)},` +
    `"duration_ms":${attempt.duration_ms},"cost_nano_usd":${figure(attempt.cost_nano_usd)}}`
  );
}

function word(text: string | null): string {
  if (text === null) {
    return "null";
  }
  const known = words.get(text);
  if (known !== undefined) {
    return known;
  }
  if (words.size >= mostWords) {
    words.clear();
  }
  const quoted = JSON.stringify(text);
  words.set(text, quoted);
  return quoted;
}

function flag(value: boolean): string {
  return value ? "true" : "false";
}

function figure(value: number | null): string {
  return value === null ? "null" : String(value);
}

function json(value: string | Readonly<Record<string, string>> | null): string {
  return value === null ? "null" : JSON.stringify(value);
}
