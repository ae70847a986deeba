/** People overrule the healer: one asks for a probe, one has a breaker reset, one holds a target out; two nodes obey. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ActingPerson } from "@/lib/control/actor";
import { changesPage } from "@/lib/control/changes-page";
import { probeNow } from "@/lib/control/probe-now";
import { resetBreaker } from "@/lib/control/reset-breaker";
import { setSwitch } from "@/lib/control/set-switch";
import { type Gateway, startGateway } from "@/lib/gateway/main";
import { listTargetStates, type TargetStateRow } from "@/lib/store/target-states";
import { gatewayEnv } from "../support/gateway-env";
import { breakPlace, isProbe, lanesDocument, seenBy } from "../support/lanes";
import { type Stack, eventually, startStack } from "../support/stack";

const ann: ActingPerson = { type: "operator", name: "Ann", role: "operator" };
/** Nobody would look again before the test is over. */
const rarely = { interval_s: 600 };
const longOpen = { base_ejection_s: 300, max_ejection_s: 300 };

let stack: Stack;
let second: Gateway;
let folder: string;

beforeAll(async () => {
  stack = await startStack({
    env: { nodeName: "one" },
    document: (_, wall) =>
      lanesDocument(wall, [
        { id: "probed", probe: rarely },
        { id: "reset", route: { breaker: longOpen } },
        { id: "held", probe: { interval_s: 1 } },
      ]),
  });
  folder = mkdtempSync(join(tmpdir(), "bellwether-second-"));
  second = await startGateway({
    ...gatewayEnv({ databaseUrl: stack.databaseUrl, dataDir: folder }),
    nodeName: "two",
  });
  // The one that probes tells the other only once it knows of it.
  await eventually(async () => {
    const { rows } = await stack.db.pool.query("SELECT 1 FROM probe_news");
    return rows.length > 0;
  }, 20_000);
});

afterAll(async () => {
  await second.stop();
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
});

const idOf = (lane: string): string => `${lane}-first:global:gpt-4.1`;

/** Who answers a call that comes in at each node. */
async function answersOf(lane: string): Promise<(string | null)[]> {
  const ports = [stack.gateway.port, second.port];
  return Promise.all(
    ports.map(async (port) => {
      const answer = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
        method: "POST",
        headers: { authorization: `Bearer ${stack.key}`, "content-type": "application/json" },
        body: JSON.stringify({
          model: lane,
          max_tokens: 4,
          messages: [{ role: "user", content: "Say hello." }],
        }),
      });
      await answer.arrayBuffer();
      return answer.headers.get("x-bellwether-provider");
    }),
  );
}

async function opinionsOf(lane: string): Promise<TargetStateRow[]> {
  const states = await listTargetStates(stack.db);
  return states.filter(({ targetId }) => targetId === idOf(lane)).map(({ state }) => state);
}

function areBoth(opinions: TargetStateRow[], is: (state: TargetStateRow) => boolean): boolean {
  return opinions.length === 2 && opinions.every(is);
}

async function bothSee(lane: string, is: (state: TargetStateRow) => boolean): Promise<void> {
  await eventually(async () => areBoth(await opinionsOf(lane), is));
}

describe("a person who asks for a probe", () => {
  it("hears what the node found, and brings a target back a quarter of an hour sooner", async () => {
    const fault = breakPlace(stack.wall, "probed", { kind: "status", status: 403 });
    await eventually(async () => {
      await answersOf("probed");
      return areBoth(await opinionsOf("probed"), ({ barred }) => barred === "blocked");
    });
    expect(await probeNow(ann, stack.control, idOf("probed"))).toMatchObject({
      outcome: "access",
      status: 403,
    });
    stack.wall.removeFault(fault);
    const asked = stack.wall.attempts({ account: "probed-first" }).filter(isProbe).length;
    expect(await answersOf("probed")).toEqual(["probed-second", "probed-second"]);
    // Not the answer of the last time, which holds for three seconds.
    const passed = await eventually(async () => {
      const found = await probeNow(ann, stack.control, idOf("probed"));
      return found.outcome === "pass" ? found : undefined;
    });
    expect(passed).toMatchObject({ status: 200, node: expect.stringMatching(/^(one|two)\/0$/) });
    expect(passed.costNanoUsd).toBeGreaterThan(0);
    await bothSee("probed", ({ barred }) => barred === null);
    expect(await answersOf("probed")).toEqual(["probed-first", "probed-first"]);
    expect(stack.wall.attempts({ account: "probed-first" }).filter(isProbe).length).toBeGreaterThan(
      asked,
    );
  });
});

describe("a person who resets a breaker", () => {
  it("has every node try the target again at once, one call first", async () => {
    const fault = breakPlace(stack.wall, "reset", { kind: "status", status: 503 });
    await eventually(async () => {
      await answersOf("reset");
      return areBoth(await opinionsOf("reset"), ({ breaker }) => breaker === "open");
    });
    stack.wall.removeFault(fault);
    expect(await answersOf("reset")).toEqual(["reset-second", "reset-second"]);
    const before = seenBy(stack.wall, "reset").length;

    await resetBreaker(ann, stack.control, { target: idOf("reset"), reason: "They are back." });
    await bothSee("reset", ({ breaker }) => breaker === "half_open");
    expect(seenBy(stack.wall, "reset")).toHaveLength(before);
    expect(await answersOf("reset")).toEqual(["reset-first", "reset-first"]);
    await bothSee("reset", ({ breaker }) => breaker === "closed");
    const { changes } = await changesPage(ann, stack.control, { limit: 20 });
    expect(changes.find(({ kind }) => kind === "reset")).toMatchObject({
      actor: { name: "Ann" },
      reason: "They are back.",
    });
    await eventually(async () => {
      const page = await changesPage(ann, stack.control, { limit: 50, by: "healer" });
      return page.changes.filter(({ reason }) => reason === "forgiven").length === 2;
    });
  });
});

describe("a person who holds a target out", () => {
  it("is obeyed by a node that starts later, whatever probes say", async () => {
    await setSwitch(ann, stack.control, {
      objectType: "target",
      objectId: idOf("held"),
      intent: "draining",
      until: Date.now() + 3_600_000,
      reason: "not before nine",
    });
    await eventually(async () =>
      (await answersOf("held")).every((answered) => answered === "held-second"),
    );
    await second.stop();
    second = await startGateway({
      ...gatewayEnv({ databaseUrl: stack.databaseUrl, dataDir: folder }),
      nodeName: "two",
    });
    const fromMs = Date.now();
    await eventually(() =>
      stack.wall
        .attempts({ account: "held-first" })
        .some((attempt) => isProbe(attempt) && attempt.at > fromMs && attempt.status === 200),
    );
    expect(await answersOf("held")).toEqual(["held-second", "held-second"]);
  });
});
