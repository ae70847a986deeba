/** Faults that no waiting heals: a key or an account that is refused, a model that is not there. Confirmed by probes. */
import type { Decision } from "./events";
import { tell, tellObserved } from "./tell";
import { type Account, type TargetHealth, type World, labelOfHealth } from "./world";

const reprobeMs = 900_000;
/** Where probes are switched off, a second refusal this much later stands for the probe. */
const secondRefusalMs = 1_000;

/** A call was refused for its account: a probe is to confirm it. Free for a key, one token for an empty account. */
export function doubtAccount(
  world: World,
  health: TargetHealth,
  reason: "credential" | "quota",
  nowMs: number,
  out: Decision[],
): void {
  const { account, target } = health;
  if (account.state === "dead") {
    return;
  }
  if (target.probe.mode === "off") {
    if (account.state === "doubtful" && nowMs - account.sinceMs >= secondRefusalMs) {
      killAccount(world, account, reason, nowMs, out);
      return;
    }
  } else if (reason === "credential") {
    const { provider, region, credential } = target;
    out.push({ type: "probe_region", provider, region, credential, afterMs: 0 });
  } else {
    out.push({ type: "probe", target, afterMs: 0 });
  }
  if (account.state === "ok") {
    account.state = "doubtful";
    account.reason = reason;
    account.sinceMs = nowMs;
  }
}

/** The account is refused: all its targets are out until a probe passes. */
export function killAccount(
  world: World,
  account: Account,
  reason: "credential" | "quota",
  nowMs: number,
  out: Decision[],
): void {
  const affected = targetsOf(world, account, nowMs);
  if (account.state !== "dead") {
    account.state = "dead";
    account.sinceMs = nowMs;
  }
  account.reason = reason;
  account.nextProbeMs = nowMs + reprobeMs;
  for (const { health, before } of affected) {
    tell(health, before, "credential", reason, {}, nowMs, out);
    tellObserved(health, "credential_dead", "credential", reason, {}, nowMs, out);
  }
}

/** The account works: `by` says what was shown, a key that is taken or (more) an answer that is paid for. */
export function reviveAccount(
  world: World,
  account: Account,
  by: "credential" | "quota",
  nowMs: number,
  out: Decision[],
): void {
  if (account.state === "ok" || (by === "credential" && account.reason === "quota")) {
    return;
  }
  const affected = targetsOf(world, account, nowMs);
  account.state = "ok";
  account.reason = null;
  account.sinceMs = nowMs;
  account.nextProbeMs = null;
  for (const { health, before } of affected) {
    tell(health, before, "credential", "credential_works", {}, nowMs, out);
  }
}

function targetsOf(
  world: World,
  account: Account,
  nowMs: number,
): readonly { health: TargetHealth; before: ReturnType<typeof labelOfHealth> }[] {
  return [...world.targets.values()]
    .filter((health) => health.account === account)
    .map((health) => ({ health, before: labelOfHealth(health, nowMs) }));
}

/** The model answers after all. */
export function clearBlock(health: TargetHealth): void {
  health.blocked = null;
}

/** Asks dead accounts and blocked targets again when that is due. */
export function reprobe(health: TargetHealth, nowMs: number, out: Decision[]): void {
  const { account, blocked, target } = health;
  if (account.nextProbeMs !== null && nowMs >= account.nextProbeMs) {
    account.nextProbeMs = nowMs + reprobeMs;
    const { provider, region, credential } = target;
    out.push(
      account.reason === "quota"
        ? { type: "probe", target, afterMs: 0 }
        : { type: "probe_region", provider, region, credential, afterMs: 0 },
    );
  }
  if (blocked !== null && nowMs >= blocked.nextProbeMs) {
    blocked.nextProbeMs = nowMs + reprobeMs;
    out.push({ type: "probe", target, afterMs: 0 });
  }
}
