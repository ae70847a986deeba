import { describe, expect, it } from "vitest";
import {
  Bench,
  type CallOver,
  migrated,
  probed,
  refused,
  retarget,
  silentTooLong,
  snapshotOf,
  statusFailure,
} from "./fixture";

const us = "acme:us:first";
const third = "other:global:third";
const both: CallOver = { route: "both", constraints: { region: "us" } };

/** A target whose calls get their first content after `ttftMs`, so that its habit is known. */
function habitual(ttftMs: number, over: CallOver = both): Bench {
  const bench = new Bench();
  bench.measured(20, ttftMs, over);
  bench.told.length = 0;
  return bench;
}

function waiting(
  bench: Bench,
  count: number,
  over: CallOver = both,
): { id: string; attempt: number }[] {
  return Array.from({ length: count }, () => {
    const { id, move } = bench.begin(over);
    return { id, attempt: move.attempt };
  });
}

/** Everybody who could take over has just shown that it lives. */
function reassure(bench: Bench, ...ids: string[]): void {
  (ids.length === 0 ? ["acme:eu:first", third] : ids).forEach((id) => bench.probe(id, "pass"));
}

/** A target that became SUSPECT. */
function suspect(): Bench {
  const bench = habitual(100);
  waiting(bench, 3);
  reassure(bench);
  bench.wait(3_250);
  expect(bench.label(us)).toBe("suspect");
  return bench;
}

describe("silence", () => {
  it("asks for a confirming probe at half the limit, makes the target SUSPECT at the limit, and moves its calls once", () => {
    const bench = habitual(100);
    const calls = waiting(bench, 3);
    reassure(bench);
    expect(probed(bench.wait(1_250))).toEqual([]);
    expect(probed(bench.wait(250))).toEqual([us]);
    expect(migrated(bench.wait(1_250))).toEqual([]);
    expect(bench.label(us)).toBe("closed");
    const told = bench.wait(250);
    expect(migrated(told)).toEqual(calls.map(({ attempt }) => attempt));
    expect(bench.label(us)).toBe("suspect");
    expect(told).toContainEqual(
      expect.objectContaining({ to: "suspect", evidence: { silentMs: 3_000, waiting: 3 } }),
    );
    expect(migrated(bench.wait(10_000))).toEqual([]);
  });

  it("stays away from a target whose confirming probe passed", () => {
    const bench = habitual(100);
    waiting(bench, 3);
    bench.wait(1_500);
    bench.probe(us, "pass");
    expect(migrated(bench.wait(2_750))).toEqual([]);
    expect(bench.label(us)).toBe("closed");
  });

  it("waits three times as long as nearly every answer took", () => {
    const bench = habitual(2_000);
    waiting(bench, 3);
    reassure(bench);
    bench.wait(6_000);
    expect(bench.label(us)).toBe("closed");
    bench.wait(1_250);
    expect(bench.label(us)).toBe("suspect");
  });

  it("waits half the time limit where no habit is known", () => {
    const bench = new Bench();
    waiting(bench, 3);
    bench.wait(5_750);
    expect(bench.label(us)).toBe("closed");
    bench.wait(250);
    expect(bench.label(us)).toBe("suspect");
  });

  it.each([
    ["two calls", [{}, {}]],
    ["three calls of two sizes", [{}, {}, { promptTokens: 2_000 }]],
    ["calls that are not streamed", [1, 2, 3].map(() => ({ stream: false, collectable: false }))],
  ])("%s are no silence", (_name, needs) => {
    const bench = habitual(100);
    needs.forEach((one) => bench.begin({ ...both, needs: one }));
    bench.wait(10_000);
    expect(bench.label(us)).toBe("closed");
  });

  it("a byte to one of them begins it anew", () => {
    const bench = habitual(100);
    waiting(bench, 3);
    const heard = bench.begin(both).move;
    bench.wait(2_750);
    bench.head(heard);
    bench.wait(2_750);
    expect(bench.label(us)).toBe("closed");
    bench.wait(500);
    expect(bench.label(us)).toBe("suspect");
  });

  it("three calls that have hardly begun are none, however long another has waited", () => {
    const bench = habitual(100);
    waiting(bench, 1);
    bench.wait(4_000);
    waiting(bench, 2);
    bench.wait(750);
    expect(bench.label(us)).toBe("closed");
    expect(probed(bench.wait(250))).toEqual([us, "acme:eu:first"]);
  });

  it("a sign of life from more than 5 s ago moves no call", () => {
    const bench = habitual(2_000);
    waiting(bench, 3);
    reassure(bench);
    expect(migrated(bench.wait(6_500))).toEqual([]);
    expect(bench.label(us)).toBe("suspect");
  });

  it("asks for its confirming probe in every episode", () => {
    const bench = habitual(100);
    const calls = waiting(bench, 3);
    expect(probed(bench.wait(1_750))).toContain(us);
    calls.forEach(({ attempt }) => bench.apply({ type: "head", attempt, limits: null }));
    bench.wait(1_000);
    waiting(bench, 3);
    expect(probed(bench.wait(1_750))).toContain(us);
  });

  it("moves calls only to a target that showed life within 5 s, and has that one probed in time", () => {
    const bench = habitual(100);
    bench.wait(10_000);
    waiting(bench, 3);
    expect(probed(bench.wait(1_500))).toEqual([us, "acme:eu:first"]);
    expect(migrated(bench.wait(3_000))).toEqual([]);
    expect(bench.label(us)).toBe("suspect");
    bench.probe("acme:eu:first", "pass");
    expect(migrated(bench.wait(250))).toHaveLength(3);
  });

  it("moves them without a proof where probes are switched off", () => {
    const snapshot = retarget(snapshotOf(), ({ probe }) => ({ probe: { ...probe, mode: "off" } }));
    const bench = new Bench(snapshot);
    bench.measured(20, 100, both);
    waiting(bench, 3);
    expect(migrated(bench.wait(3_250))).toHaveLength(3);
  });

  it("a call that was moved goes on elsewhere, by `migrated`, and is never moved again", () => {
    const bench = habitual(100);
    const [call] = waiting(bench, 3);
    reassure(bench);
    bench.wait(3_250);
    if (call === undefined) {
      throw new Error("no call");
    }
    bench.apply({
      type: "attempt_ended",
      attempt: call.attempt,
      outcome: { kind: "withdrawn", why: "migrated" },
    });
    const moved = bench.attempt(call.id);
    expect(moved).toMatchObject({ how: "migrated", target: { id: "acme:eu:first" } });
    waiting(bench, 2, { route: "both", constraints: { region: "eu" } });
    reassure(bench, third);
    const told = bench.wait(13_000);
    expect(bench.label("acme:eu:first")).toBe("suspect");
    expect(migrated(told)).not.toContain(moved.attempt);
  });

  it("goes to the one that lives, though another comes first", () => {
    const bench = habitual(100);
    bench.wait(10_000);
    const [call] = waiting(bench, 3);
    reassure(bench, third);
    bench.wait(3_250);
    bench.apply({
      type: "attempt_ended",
      attempt: call?.attempt ?? 0,
      outcome: { kind: "withdrawn", why: "migrated" },
    });
    expect(bench.attempt(call?.id ?? "").target.id).toBe(third);
  });

  it("moves no call to where it has failed already", () => {
    const bench = habitual(100);
    for (let call = 0; call < 3; call += 1) {
      const { id, move } = bench.begin({ route: "first", constraints: { region: "eu" } });
      bench.fail(move, statusFailure(404));
      expect(bench.attempt(id).target.id).toBe(us);
    }
    reassure(bench);
    expect(migrated(bench.wait(4_000))).toEqual([]);
    expect(bench.label(us)).toBe("suspect");
  });

  it("does not send a call twice that must not be repeated", () => {
    const bench = habitual(100);
    waiting(bench, 3, { ...both, needs: { unrepeatable: true } });
    reassure(bench);
    expect(migrated(bench.wait(5_000))).toEqual([]);
  });
});

describe("a target that is SUSPECT", () => {
  it("is tried last, after others that are not quite well, though it comes first", () => {
    const bench = suspect();
    bench.many(3, refused, { route: "first", constraints: { region: "eu" } });
    bench.health(third).avoided.set("key", bench.nowMs + 30_000);
    expect(bench.call(both).plan.entries.map(({ reason }) => reason)).toEqual([
      "suspect",
      "region_down",
      "key_avoided",
    ]);
    expect(bench.one("ok", both).target).toBe(third);
  });

  it("is tried all the same where it is the only one", () => {
    const bench = suspect();
    const { move } = bench.begin({
      route: "first",
      constraints: { region: "us", regionMode: "require" },
    });
    expect(move.target.id).toBe(us);
  });

  it("suspect → closed by the first content of a call that began since", () => {
    const bench = suspect();
    const { move } = bench.begin({
      route: "first",
      constraints: { region: "us", regionMode: "require" },
    });
    bench.content(move);
    expect(bench.label(us)).toBe("closed");
  });

  it("stays so when a call from before gets its content", () => {
    const bench = habitual(100);
    const [call] = waiting(bench, 3);
    bench.wait(3_250);
    bench.apply({ type: "first_content", attempt: call?.attempt ?? 0 });
    expect(bench.label(us)).toBe("suspect");
  });

  it("suspect → closed by a passed probe, and it is asked for one every 2 s", () => {
    const bench = suspect();
    expect(bench.told.filter((one) => one.type === "probe").at(-1)).toMatchObject({
      afterMs: 2_000,
    });
    expect(bench.probe(us, "fail")).toContainEqual(
      expect.objectContaining({ type: "probe", afterMs: 2_000 }),
    );
    bench.probe(us, "pass");
    expect(bench.label(us)).toBe("closed");
  });
});

describe("a caller who leaves", () => {
  const leave = (bench: Bench, afterMs: number, heard = false): readonly string[] => {
    const { move } = bench.begin(both);
    bench.wait(afterMs);
    if (heard) {
      bench.content(move);
    }
    return probed(bench.end(move, { kind: "cancelled" }));
  };

  it("starts a confirming probe after 3 s, not before", () => {
    expect(leave(habitual(100), 2_999)).toEqual([]);
    expect(leave(habitual(100), 3_000)).toEqual([us]);
  });

  it("starts none before nearly every answer would have come", () => {
    expect(leave(habitual(5_000), 4_900)).toEqual([]);
    expect(leave(habitual(5_000), 7_000)).toEqual([us]);
  });

  it("starts none once content had come", () => {
    expect(leave(habitual(100), 10_000, true)).toEqual([]);
  });
});

describe("our own fault", () => {
  /** Calls wait everywhere, at both providers. */
  function silentEverywhere(bench: Bench): void {
    waiting(bench, 3);
    waiting(bench, 3, { route: "third" });
  }

  /** Both providers have a habit. */
  function both100(): Bench {
    const bench = habitual(100);
    bench.measured(20, 100, { route: "third" });
    return bench;
  }

  it("most targets silent at once, at several providers: nobody is SUSPECT for 10 s", () => {
    const bench = both100();
    silentEverywhere(bench);
    bench.wait(11_250);
    expect([bench.label(us), bench.label(third)]).toEqual(["closed", "closed"]);
    bench.wait(1_000);
    expect([bench.label(us), bench.label(third)]).toEqual(["suspect", "suspect"]);
  });

  it("is seen though one of them may be silent for longer than the other", () => {
    const bench = habitual(100);
    bench.measured(20, 700, { route: "third" });
    silentEverywhere(bench);
    bench.wait(5_000);
    expect([bench.label(us), bench.label(third)]).toEqual(["closed", "closed"]);
  });

  it("is not believed of targets of one provider", () => {
    const bench = habitual(100);
    bench.measured(20, 100, { route: "second", constraints: { region: "us" } });
    waiting(bench, 3);
    waiting(bench, 3, { route: "second", constraints: { region: "us" } });
    bench.wait(3_250);
    expect(bench.label(us)).toBe("suspect");
  });

  it("is not believed of silences that began more than 2 s apart", () => {
    const bench = both100();
    waiting(bench, 3);
    bench.wait(2_250);
    waiting(bench, 3, { route: "third" });
    bench.wait(3_000);
    expect(bench.label(us)).toBe("suspect");
  });

  it("while most are silent, timeouts and broken connections count for nobody", () => {
    const bench = both100();
    silentEverywhere(bench);
    bench.wait(4_000);
    bench.many(5, silentTooLong, { route: "third" });
    bench.many(5, refused, { route: "third" });
    expect(bench.label(third)).toBe("closed");
  });

  it("a loop that stood still for more than a second excuses what the wires say, for a second", () => {
    const bench = new Bench();
    bench.wait(250);
    bench.nowMs += 1_251;
    bench.many(5, silentTooLong, { route: "third" });
    bench.many(5, refused, { route: "third" });
    expect(bench.label(third)).toBe("closed");
    bench.wait(1_000);
    bench.many(3, silentTooLong, { route: "third" });
    expect(bench.label(third)).toBe("open");
  });

  it("a loop that was only a little late excuses nothing", () => {
    const bench = new Bench();
    bench.wait(250);
    bench.nowMs += 1_250;
    bench.many(3, silentTooLong, { route: "third" });
    expect(bench.label(third)).toBe("open");
  });

  it("does not excuse what a provider answers", () => {
    const bench = new Bench();
    bench.wait(250);
    bench.nowMs += 5_000;
    bench.many(3, { ...silentTooLong, reason: "bad_answer" }, { route: "third" });
    expect(bench.label(third)).toBe("open");
  });

  it("a loop that stood still begins every wait anew", () => {
    const bench = habitual(100);
    waiting(bench, 3);
    bench.nowMs += 10_000;
    bench.wait(2_750);
    expect(bench.label(us)).toBe("closed");
  });

  it("a loop that stood still makes nobody slow", () => {
    const bench = habitual(100);
    const calls = waiting(bench, 12);
    bench.nowMs += 8_000;
    calls.forEach(({ attempt }) => bench.apply({ type: "first_content", attempt }));
    expect(bench.label(us)).toBe("closed");
    expect(bench.health(us).speeds[0]?.recent.every((ms) => ms < 1_000)).toBe(true);
    const plain = bench.begin({ ...both, needs: { stream: false, collectable: false } }).move;
    bench.nowMs += 8_000;
    bench.succeed(plain);
    expect(bench.health(us).speeds[0]?.durations.total).toBe(0);
    bench.wait(2_000);
    bench.one("ok", { ...both, needs: { stream: false, collectable: false } });
    expect(bench.health(us).speeds[0]?.durations.total).toBe(1);
  });
});

describe("a model that thinks", () => {
  const thinking: CallOver = { ...both, needs: { reasoning: true } };

  it("is asked for a probe after 30 s of silence and every 30 s, and moves after two failures", () => {
    const bench = habitual(100);
    const { move } = bench.begin(thinking);
    expect(probed(bench.wait(29_750))).toEqual([]);
    expect(probed(bench.wait(250))).toEqual([us]);
    expect(migrated(bench.probe(us, "fail"))).toEqual([]);
    expect(probed(bench.wait(29_750))).toEqual([]);
    expect(probed(bench.wait(250))).toEqual([us]);
    reassure(bench);
    expect(migrated(bench.probe(us, "fail"))).toEqual([move.attempt]);
  });

  it("stays where a probe passes between two failures", () => {
    const bench = habitual(100);
    bench.begin(thinking);
    bench.wait(30_000);
    reassure(bench);
    bench.probe(us, "fail");
    bench.probe(us, "pass");
    expect(migrated(bench.probe(us, "fail"))).toEqual([]);
  });

  it("a model that does not think is not asked", () => {
    const bench = habitual(100);
    bench.begin(both);
    expect(probed(bench.wait(60_000))).toEqual([]);
  });
});
