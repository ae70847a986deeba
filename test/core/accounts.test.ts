import { describe, expect, it } from "vitest";
import {
  Bench,
  type CallOver,
  observing,
  probed,
  retarget,
  snapshotOf,
  statusFailure,
} from "./fixture";

const acme = { provider: "acme", region: "us" };
const quarterMs = 900_000;
const unauthorized = statusFailure(401);
const outOfMoney = statusFailure(402);
const own: CallOver = { route: "first" };
const targets = ["acme:us:first", "acme:eu:first", "acme:us:second", "acme:eu:second"];

function labels(bench: Bench): ReadonlySet<string> {
  return new Set(targets.map((id) => bench.label(id)));
}

/** An account that a call found refused and a probe confirmed. */
function dead(reason: "credential" | "quota"): Bench {
  const bench = new Bench();
  if (reason === "credential") {
    bench.one(unauthorized, own);
    bench.probeRegion(acme, "credential");
  } else {
    bench.one(outOfMoney, own);
    bench.probe("acme:us:first", "quota");
  }
  return bench;
}

describe("an account that is refused", () => {
  it("ok → doubtful on a 401: nobody is kept away, and its free probe is asked at once", () => {
    const bench = new Bench();
    const { decisions } = bench.one(unauthorized, own);
    expect(decisions).toContainEqual({
      type: "probe_region",
      ...acme,
      credential: null,
      afterMs: 0,
    });
    expect(labels(bench)).toEqual(new Set(["closed"]));
    expect(bench.one("ok", own).target).toBe("acme:us:first");
  });

  it("ok → doubtful on an empty account: one paid probe is asked", () => {
    const bench = new Bench();
    const { decisions } = bench.one(outOfMoney, own);
    expect(probed(decisions)).toEqual(["acme:us:first"]);
    expect(labels(bench)).toEqual(new Set(["closed"]));
  });

  it.each(["credential", "quota"] as const)(
    "doubtful → dead when the probe confirms it (%s): all its targets are out, others are not",
    (reason) => {
      const bench = dead(reason);
      expect(labels(bench)).toEqual(new Set(["credential_dead"]));
      expect(bench.label("other:global:third")).toBe("closed");
      expect(bench.one("ok", { route: "both" }).target).toBe("other:global:third");
      expect(bench.transitions().at(-1)).toMatchObject({ rule: "credential", reason });
    },
  );

  it("a probe that began before the account was refused has seen nothing of that", () => {
    const bench = new Bench();
    bench.probes = 1;
    bench.probeRegion(acme, "credential");
    bench.probes = 0;
    bench.probe("acme:us:first", "pass");
    expect(labels(bench)).toEqual(new Set(["credential_dead"]));
    bench.probes = 2;
    bench.probe("acme:us:first", "pass");
    expect(labels(bench)).toEqual(new Set(["closed"]));
  });

  it("doubtful → ok when the free probe passes", () => {
    const bench = new Bench();
    bench.one(unauthorized, own);
    bench.probeRegion(acme, "pass");
    expect(bench.health("acme:us:first").account.state).toBe("ok");
  });

  it("a passing free probe does not show that an empty account is paid for; an answer does", () => {
    const bench = dead("quota");
    bench.probeRegion(acme, "pass");
    expect(labels(bench)).toEqual(new Set(["credential_dead"]));
    bench.probe("acme:us:first", "pass");
    expect(labels(bench)).toEqual(new Set(["closed"]));
  });

  it.each([
    ["credential", "probe_region"],
    ["quota", "probe"],
  ] as const)("dead (%s) is asked again after 15 minutes, not before, and once", (reason, type) => {
    const bench = dead(reason);
    const asked = (ms: number): number =>
      bench.wait(ms).filter((one) => one.type === type && one.afterMs === 0).length;
    expect(asked(quarterMs - 250)).toBe(0);
    expect(asked(500)).toBe(1);
    expect(asked(quarterMs - 1_000)).toBe(0);
  });

  it("dead → ok when a later probe passes", () => {
    const bench = dead("credential");
    bench.wait(quarterMs);
    bench.probeRegion(acme, "pass");
    expect(labels(bench)).toEqual(new Set(["closed"]));
    expect(bench.one("ok", own).target).toBe("acme:us:first");
  });

  it("dead → ok when a call in panic gets an answer", () => {
    const bench = dead("credential");
    bench.nowMs += 10;
    const { move } = bench.begin(own);
    expect(move.how).toBe("panic");
    bench.succeed(move);
    expect(labels(bench)).toEqual(new Set(["closed"]));
  });

  it("an answer to a call from before says nothing about it", () => {
    const bench = new Bench();
    const before = bench.begin(own).move;
    bench.nowMs += 10;
    bench.one(unauthorized, own);
    bench.probeRegion(acme, "credential");
    bench.succeed(before);
    expect(labels(bench)).toEqual(new Set(["credential_dead"]));
  });

  it("calls that just succeeded outrank a probe that nobody asked for", () => {
    const bench = new Bench();
    bench.one("ok", own);
    bench.probeRegion(acme, "credential");
    bench.probe("acme:us:first", "credential");
    expect(labels(bench)).toEqual(new Set(["closed"]));
    bench.nowMs += 30_000;
    bench.probeRegion(acme, "credential");
    expect(labels(bench)).toEqual(new Set(["credential_dead"]));
  });

  it("an older free probe that comes late is left out", () => {
    const bench = dead("credential");
    bench.probes = 0;
    bench.probeRegion(acme, "pass");
    expect(labels(bench)).toEqual(new Set(["credential_dead"]));
  });

  it("where probes are switched off a second refusal a second later stands for the probe", () => {
    const snapshot = retarget(snapshotOf(), ({ probe }) => ({ probe: { ...probe, mode: "off" } }));
    const bench = new Bench(snapshot);
    bench.many(3, unauthorized, own, 300);
    expect(labels(bench)).toEqual(new Set(["closed"]));
    bench.nowMs += 1_000;
    bench.one(unauthorized, own);
    expect(labels(bench)).toEqual(new Set(["credential_dead"]));
  });

  it("asks no other target of the same account for the call, only other accounts", () => {
    expect(new Bench().tries(unauthorized, { route: "both" }).ids).toEqual([
      "acme:us:first",
      "other:global:third",
    ]);
  });
});

describe("a model that is refused to us", () => {
  const us = "acme:us:first";

  it.each([
    ["access", statusFailure(403)],
    ["configuration", statusFailure(404)],
  ] as const)(
    "closed → blocked (%s) only when a probe confirms it, and only that target",
    (verdict, failure) => {
      const bench = new Bench();
      const { decisions } = bench.one(failure, own);
      expect(probed(decisions)).toEqual([us]);
      expect(bench.label(us)).toBe("closed");
      bench.probe(us, verdict);
      expect(bench.label(us)).toBe("blocked");
      expect(bench.label("acme:eu:first")).toBe("closed");
      expect(bench.one("ok", own).target).toBe("acme:eu:first");
      expect(bench.transitions().at(-1)).toMatchObject({ rule: "access", reason: verdict });
    },
  );

  it("blocked → closed when a probe passes", () => {
    const bench = new Bench();
    bench.probe(us, "access");
    expect(bench.label(us)).toBe("blocked");
    bench.probe(us, "pass");
    expect(bench.label(us)).toBe("closed");
  });

  it("blocked → closed by an answer to a call that began since, not by an older one", () => {
    const bench = new Bench();
    const older = bench.begin(own).move;
    bench.nowMs += 10;
    bench.probe(us, "access");
    bench.succeed(older);
    expect(bench.label(us)).toBe("blocked");
    const panic = bench.begin({ ...own, constraints: { region: "us", regionMode: "require" } });
    bench.succeed(panic.move);
    expect(bench.label(us)).toBe("closed");
  });

  it("a call that just succeeded outranks such a probe, unless a later call was refused", () => {
    const bench = new Bench();
    bench.one("ok", own);
    bench.probe(us, "access");
    expect(bench.label(us)).toBe("closed");
    bench.nowMs += 10;
    bench.one(statusFailure(403), own);
    bench.probe(us, "access");
    expect(bench.label(us)).toBe("blocked");
  });

  it("is asked again every 15 minutes", () => {
    const bench = new Bench();
    bench.probe(us, "access");
    expect(probed(bench.wait(quarterMs - 250))).toEqual([]);
    expect(probed(bench.wait(500))).toEqual([us]);
    expect(probed(bench.wait(quarterMs))).toEqual([us]);
  });

  it("is only told of where the rule observes", () => {
    const bench = new Bench(observing("access"));
    bench.probe(us, "access");
    expect(bench.label(us)).toBe("closed");
    expect(bench.transitions()).toMatchObject([{ to: "blocked", observed: true }]);
  });
});
