import type { CallsPage, CallView, HealthView } from "@/lib/shared/contract";
import { isOff, type Write } from "./model";

/** What the page can show for a change: never more than the nodes and the calls themselves say. */
export type Proof =
  | { readonly kind: "sending" }
  | { readonly kind: "applying"; readonly acked: number; readonly of: number }
  | {
      readonly kind: "silent";
      readonly acked: number;
      readonly of: number;
      readonly nodes: readonly string[];
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
  const { sent, acks } = write;
  if (sent === null) {
    return { kind: "sending" };
  }
  const live = health.nodes.filter((node) => node.live);
  const silent = live.filter((node) => !(node.id in acks)).map((node) => node.id);
  const acked = live.length - silent.length;
  if (live.length > 0 && silent.length === 0) {
    const tookMs = Math.max(0, ...live.map((node) => acks[node.id] ?? 0));
    const lastCall = lastCallAfter(write, health, page?.calls ?? [], sent.createdAt + tookMs);
    if (lastCall === null) {
      return { kind: "applied", of: live.length, tookMs, lastCall };
    }
    // The page's clock ticks once a second: what the server just told may be younger than it.
    const { startedAt, ...rest } = lastCall;
    const agoMs = Math.max(nowMs, page?.generatedAt ?? 0) - startedAt;
    return { kind: "applied", of: live.length, tookMs, lastCall: { ...rest, agoMs } };
  }
  if (nowMs - sent.createdAt > silentAfterMs) {
    return { kind: "silent", acked, of: live.length, nodes: silent };
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

function uses(attempt: CallView["attempts"][number], { ref }: Write): boolean {
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
