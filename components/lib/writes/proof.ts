import type { CallsPage, CallView, HealthView, NodeView } from "@/lib/shared/contract";
import { isOff, type ObjectRef, stepsOf, type Tracked, type Write } from "./model";

/** What the page can show for a change: never more than the nodes and the calls themselves say. */
export type Proof =
  | { readonly kind: "sending" }
  | { readonly kind: "applying"; readonly acked: number; readonly of: number }
  | {
      readonly kind: "silent";
      readonly acked: number;
      readonly of: number;
      readonly nodes: readonly string[];
      /** Nodes that were heard, and cannot follow it. */
      readonly refusing: readonly string[];
    }
  | {
      readonly kind: "applied";
      readonly of: number;
      readonly tookMs: number;
      readonly lastCall: LastCall | null;
    };

export interface LastCall {
  readonly agoMs: number;
  readonly model: string;
  readonly region: string;
  /** It was answered by what had been switched off. */
  readonly contradicts: boolean;
}

const silentAfterMs = 5_000;

/** How far `write` has come at `nowMs`, by the server's clock. */
export function proofOf(
  write: Write,
  health: HealthView,
  page: Pick<CallsPage, "calls" | "generatedAt"> | undefined,
  nowMs: number,
): Proof {
  const progress = progressOf(write, health.nodes, nowMs);
  if (progress.kind !== "applied" || write.sent === null) {
    return progress;
  }
  const appliedAtMs = write.sent.createdAt + progress.tookMs;
  const lastCall = lastCallAfter(write, health, page?.calls ?? [], appliedAtMs);
  if (lastCall === null) {
    return progress;
  }
  // The page's clock ticks once a second: what the server just told may be younger than it.
  const { startedAt, ...rest } = lastCall;
  const agoMs = Math.max(nowMs, page?.generatedAt ?? 0) - startedAt;
  return { ...progress, lastCall: { ...rest, agoMs } };
}

/** How far any change has come, by what the nodes say alone. */
export function progressOf(
  { sent, acks }: Pick<Tracked, "sent" | "acks">,
  nodes: readonly NodeView[],
  nowMs: number,
): Proof {
  if (sent === null) {
    return { kind: "sending" };
  }
  const live = nodes.filter((node) => node.live);
  const missing = live.filter((node) => !(node.id in acks));
  const acked = live.length - missing.length;
  if (live.length > 0 && missing.length === 0) {
    const tookMs = Math.max(0, ...live.map((node) => acks[node.id] ?? 0));
    return { kind: "applied", of: live.length, tookMs, lastCall: null };
  }
  const isRefusing = (node: NodeView): boolean => node.refused?.revision === sent.revision;
  const refusing = missing.filter(isRefusing).map(({ id }) => id);
  if (refusing.length > 0 || nowMs - sent.createdAt > silentAfterMs) {
    const silent = missing.filter((node) => !isRefusing(node)).map(({ id }) => id);
    return { kind: "silent", acked, of: live.length, nodes: silent, refusing };
  }
  return { kind: "applying", acked, of: live.length };
}

/** The newest answered call that began after all nodes obeyed; calls that asked for the same model go first. */
function lastCallAfter(
  write: Write,
  health: HealthView,
  calls: readonly CallView[],
  appliedAtMs: number,
): (Omit<LastCall, "agoMs"> & { startedAt: number }) | null {
  const since = calls.filter(
    (call) => call.startedAt >= appliedAtMs && call.model !== null && call.region !== null,
  );
  const model = modelOf(write, health);
  const call =
    since.find((candidate) => concerns(candidate, write, model)) ??
    (write.ref.type === "route" ? undefined : since[0]);
  if (call === undefined || call.model === null || call.region === null) {
    return null;
  }
  const contradicts = isOff(write.wanted) && call.attempts.some((attempt) => uses(attempt, write));
  const { startedAt, region } = call;
  return { startedAt, model: call.model, region, contradicts };
}

function modelOf({ ref }: Write, health: HealthView): string | null {
  if (ref.type === "target") {
    return health.targets.find(({ id }) => id === ref.id)?.model ?? null;
  }
  return ref.type === "model" ? ref.id : null;
}

function concerns(call: CallView, { ref }: Write, model: string | null): boolean {
  return ref.type === "route" ? call.route === ref.id : call.askedModel === model;
}

function uses(attempt: CallView["attempts"][number], write: Write): boolean {
  return stepsOf(write).some(({ ref }) => isOf(attempt, ref));
}

function isOf(attempt: CallView["attempts"][number], ref: ObjectRef): boolean {
  switch (ref.type) {
    case "target":
      return attempt.targetId === ref.id;
    case "model":
      return attempt.model === ref.id;
    case "region":
      return attempt.region === ref.id;
    case "provider":
      return attempt.provider === ref.id;
    case "route":
      return false;
  }
}
