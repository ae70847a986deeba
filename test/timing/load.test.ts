/** Short forms of what `npm run prove -- failover` measures at full length: the same faults, looser bars for time. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LoadCall, load, percentile } from "../support/load";
import { breakPlace, lanesDocument, seenBy } from "../support/lanes";
import { type Stack, startStack } from "../support/stack";

const grey = [{ name: "first" }, { name: "second", upstream: "claude-sonnet-4-5" as const }];

// Each has targets of its own. What waits runs beside each other, what needs the machine does not.
describe("under load", () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack({
      latencyScale: 0.2,
      document: (_, wall) =>
        lanesDocument(wall, [
          { id: "down", probe: {} },
          { id: "hang", probe: {} },
          { id: "grey", places: grey, probe: {} },
          { id: "both-grey", places: grey, probe: {} },
          { id: "background", places: grey, probe: {} },
          { id: "brownout", places: grey, probe: {} },
          {
            probe: {},
            id: "outage",
            places: [
              { name: "first", regions: ["us-east", "eu-west", "ap-south"] },
              { name: "second" },
            ],
          },
        ]),
    });
  });
  afterAll(() => stack.stop());

  const noneFailed = (calls: readonly LoadCall[]): void => {
    expect(calls.filter((call) => !call.isWhole)).toEqual([]);
  };
  const attemptsPerCall = (lane: string, calls: readonly LoadCall[]): number =>
    (seenBy(stack.wall, lane).length + seenBy(stack.wall, lane, "second").length) / calls.length;
  const share = (calls: readonly LoadCall[], provider: string): number =>
    calls.filter((call) => call.provider === provider).length / calls.length;
  const openings = (lane: string): Promise<number> =>
    stack.db.prisma.healthEvent.count({
      where: { toState: "open", targetId: { startsWith: `${lane}-` } },
    });
  const warmUp = (model: string, stream = false): Promise<LoadCall[]> =>
    load(stack, { model, stream, perSecond: 50, forMs: 1_000 });

  it("loses no call when the first target goes down, and adds no more than its first tries", async () => {
    const before = await warmUp("down");
    breakPlace(stack.wall, "down", { kind: "refuse" });
    const calls = await load(stack, { model: "down", perSecond: 200, forMs: 3_000 });
    noneFailed(calls);
    expect(share(calls.slice(-300), "down-second")).toBe(1);
    const settled = calls.filter(({ atMs }) => atMs > 1_000);
    const medianMs = percentile(
      before.map(({ tookMs }) => tookMs),
      50,
    );
    // A try at the dead one would be seen here as a second attempt.
    expect(settled.filter(({ attempts }) => attempts > 1).length).toBeLessThanOrEqual(3);
    expect(
      percentile(
        settled.map(({ tookMs }) => tookMs),
        50,
      ),
    ).toBeLessThan(medianMs + 100);
  });

  it.concurrent(
    "delays next to no call once it has noticed that the first target hangs",
    async () => {
      await warmUp("hang", true);
      breakPlace(stack.wall, "hang", { kind: "silent" });
      const calls = await load(stack, { model: "hang", stream: true, perSecond: 60, forMs: 8_000 });
      noneFailed(calls);
      const noticedMs = 4_000;
      const delayed = calls.filter(({ atMs, firstMs }) => atMs > noticedMs && firstMs > 5_000);
      expect(delayed.length).toBeLessThanOrEqual(4);
      // Those who waited when it was noticed were moved on, long before their own limit of 12 s.
      expect(Math.max(...calls.map(({ firstMs }) => firstMs))).toBeLessThan(9_000);
      expect(share(calls.slice(-60), "hang-second")).toBeGreaterThan(0.9);
    },
  );

  it.concurrent(
    "leaves a target that became ten times slower, and is as quick as before",
    async () => {
      const before = await load(stack, {
        model: "brownout",
        stream: true,
        perSecond: 40,
        forMs: 3_000,
      });
      const usualMs = percentile(
        before.map(({ firstMs }) => firstMs),
        99,
      );
      breakPlace(stack.wall, "brownout", { kind: "brownout", add_ms: 2_500 });
      const calls = await load(stack, {
        model: "brownout",
        stream: true,
        perSecond: 40,
        forMs: 10_000,
      });
      noneFailed(calls);
      const late = calls.filter(({ atMs }) => atMs > 8_000);
      // It keeps 5 % of its calls while it is slow, to see whether it still is.
      expect(
        percentile(
          late.map(({ firstMs }) => firstMs),
          85,
        ),
      ).toBeLessThan(usualMs + 1_000);
      expect(share(late, "brownout-second")).toBeGreaterThan(0.8);
    },
  );

  it("loses no call when a whole provider goes down", async () => {
    await warmUp("outage");
    breakPlace(stack.wall, "outage", { kind: "status", status: 503 });
    const calls = await load(stack, { model: "outage", perSecond: 100, forMs: 3_000 });
    noneFailed(calls);
    expect(share(calls.slice(-150), "outage-second")).toBe(1);
    // Two tries on one provider × model at most, and its three regions are known to be down soon.
    expect(Math.max(...calls.map(({ attempts }) => attempts))).toBeLessThanOrEqual(3);
    expect(attemptsPerCall("outage", calls)).toBeLessThan(1.3);
  });

  it.concurrent("loses no call to a target that fails three in ten", async () => {
    breakPlace(stack.wall, "grey", { kind: "status", status: 503, probability: 0.3, on: "chat" });
    const calls = await load(stack, { model: "grey", perSecond: 100, forMs: 4_000 });
    noneFailed(calls);
    expect(attemptsPerCall("grey", calls)).toBeLessThanOrEqual(1.35);
    expect(await openings("grey")).toBeLessThanOrEqual(4);
  });

  it.concurrent("serves nearly every call when both targets fail two in ten", async () => {
    for (const place of ["first", "second"]) {
      const fault = { kind: "status", status: 503, probability: 0.2, on: "chat" } as const;
      breakPlace(stack.wall, "both-grey", fault, place);
    }
    const calls = await load(stack, { model: "both-grey", perSecond: 80, forMs: 5_000 });
    expect(calls.filter((call) => call.isWhole).length / calls.length).toBeGreaterThanOrEqual(0.93);
  });

  it.concurrent("does not leave a target for two errors in a hundred", async () => {
    const fault = { kind: "status", status: 503, probability: 0.02, on: "chat" } as const;
    breakPlace(stack.wall, "background", fault);
    const calls = await load(stack, { model: "background", perSecond: 100, forMs: 5_000 });
    noneFailed(calls);
    expect(share(calls, "background-first")).toBeGreaterThan(0.93);
    expect(await openings("background")).toBe(0);
  });
});
