import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { healthView } from "@/lib/control/health-view";
import { setSwitch } from "@/lib/control/set-switch";
import { type Gateway, startGateway } from "@/lib/gateway/main";
import type { Event } from "@/lib/core/events";
import { noticeChannel } from "@/lib/store/notices";
import { listTargetStates } from "@/lib/store/target-states";
import { gatewayEnv } from "../support/gateway-env";
import { isProbe } from "../support/lanes";
import { type Line, layLine } from "../support/line";
import { type Stack, eventually, startStack } from "../support/stack";

// Two gateways with their own routers on one database, in this process.
const viewer = { type: "operator", name: "test", role: "operator" } as const;
let stack: Stack;
let second: Gateway;
let folder: string;
let line: Line;
const heard: { first: Event[]; second: Event[] } = { first: [], second: [] };

beforeAll(async () => {
  stack = await startStack({
    env: { nodeName: "one" },
    record: (event) => heard.first.push(event),
    document: (base) => ({
      ...base,
      models: base.models?.map((model) => ({ ...model, probe: { interval_s: 1, timeout_s: 1 } })),
    }),
  });
  folder = mkdtempSync(join(tmpdir(), "bellwether-second-"));
  line = await layLine(stack.databaseUrl);
  second = await startGateway(
    { ...gatewayEnv({ databaseUrl: line.url, dataDir: folder }), nodeName: "two" },
    { record: (event) => heard.second.push(event) },
  );
});

afterEach(() => {
  stack.wall.clearFaults();
});

afterAll(async () => {
  await second.stop();
  line.close();
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
});

function probesSince(fromMs: number): number {
  return stack.wall
    .attempts({ kind: "chat" })
    .filter((attempt) => isProbe(attempt) && attempt.at >= fromMs).length;
}

async function view(): ReturnType<typeof healthView> {
  return healthView(viewer, stack.control, null);
}

const passes = (events: readonly Event[]): Event[] =>
  events.filter((event) => event.type === "probe_ended" && event.result.verdict === "pass");

describe("two nodes", () => {
  it("know of each other, and the dashboard of both", async () => {
    await eventually(() => heard.second.some((e) => e.type === "fleet" && e.nodes === 2), 10_000);
    await eventually(() => heard.first.some((e) => e.type === "fleet" && e.nodes === 2), 10_000);
    const { nodes } = await eventually(async () => {
      const shown = await view();
      return shown.nodes.filter(({ live }) => live).length === 2 ? shown : undefined;
    });
    expect(nodes.map(({ id }) => id)).toEqual(["one/0", "two/0"]);
  });

  it("are both asked to obey, and the proof counts both", async () => {
    const [target] = (await view()).targets;
    const change = { objectType: "target", objectId: target!.id } as const;
    await setSwitch(viewer, stack.control, { ...change, intent: "disabled" });
    const off = await eventually(async () => {
      const shown = await view();
      const one = shown.targets.find(({ id }) => id === target!.id);
      const obeyed = shown.nodes.filter((node) => node.appliedRevision >= shown.revision);
      return one?.state === "off" && obeyed.length === 2 ? one : undefined;
    });
    expect(off.onNodes).toEqual({ count: 2, of: 2 });
    await setSwitch(viewer, stack.control, { ...change, intent: "enabled" });
  });

  it("look together as often as one does, and the one hears what the other saw", async () => {
    const { length: targets } = (await view()).targets;
    // Both have measured every target for themselves by then.
    await eventually(async () => {
      const { rows } = await stack.db.pool.query("SELECT count(*)::int AS n FROM probe_news");
      return (rows as { n: number }[])[0]!.n >= targets;
    }, 20_000);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const fromMs = Date.now();
    const before = { first: passes(heard.first).length, second: passes(heard.second).length };
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const looks = probesSince(fromMs);
    // Every second and up to a fifth: between two and three times in 3 s, give or take one at either end.
    expect(looks).toBeGreaterThan(targets);
    expect(looks).toBeLessThanOrEqual(targets * 4);
    expect(passes(heard.first).length - before.first).toBeGreaterThan(targets);
    expect(passes(heard.second).length - before.second).toBeGreaterThan(targets);
  });

  it("are not moved by a hint that lies: each looks, and believes what it sees", async () => {
    const target = (await view()).targets.at(-1);
    const fromMs = Date.now();
    const before = { first: heard.first.length, second: heard.second.length };
    const lie = JSON.stringify({ kind: "hint", id: "liar/0", target: target!.id, atMs: fromMs });
    for (let times = 0; times < 50; times += 1) {
      await stack.db.pool.query("SELECT pg_notify($1, $2)", [noticeChannel, lie]);
    }
    await eventually(() => heard.first.slice(before.first).some((e) => e.type === "hint"));
    await eventually(() => heard.second.slice(before.second).some((e) => e.type === "hint"));
    await eventually(() => probesSince(fromMs) >= 2);
    for (const events of [heard.first.slice(before.first), heard.second.slice(before.second)]) {
      expect(events.filter((e) => e.type === "hint").length).toBeLessThanOrEqual(2);
    }
    const { state } = (await view()).targets.find(({ id }) => id === target!.id)!;
    expect(state).toBe("healthy");
    const answer = await stack.chat({ model: target!.model });
    expect(answer.status).toBe(200);
  });

  it("hear from the first to see a target down, and look at once", async () => {
    const target = (await view()).targets.find(({ upstreamModel }) => upstreamModel === "gpt-4.1");
    stack.wall.fault({ kind: "status", status: 503, model: "gpt-4.1" });
    const before = heard.second.length;
    for (let call = 0; call < 12; call += 1) {
      await stack.chat({ model: target!.model }).then((answer) => answer.text());
    }
    await eventually(() =>
      heard.second.slice(before).some((e) => e.type === "hint" && e.target === target!.id),
    );
    // No call ever went through the second node: what it knows it has seen by looking.
    await eventually(async () => {
      const states = await listTargetStates(stack.db);
      const own = states.find((one) => one.nodeId === "two/0" && one.targetId === target!.id);
      return own?.state.probe === "down";
    }, 15_000);
    expect(heard.second.some((e) => e.type === "call_started")).toBe(false);
    expect((await view()).targets.find(({ id }) => id === target!.id)!.onNodes.of).toBe(2);
  });

  it("look for themselves when the database is silent, and answer calls all the while", async () => {
    const model = "claude-sonnet-4-5";
    line.cut(true);
    const cutMs = performance.now();
    let lookedFrom = heard.second.length;
    const answers: number[] = [];
    // Another node's looks cannot come any more: what the second hears from now on it has seen itself.
    await eventually(async () => {
      const answer = await fetch(`http://127.0.0.1:${second.port}/v1/chat/completions`, {
        method: "POST",
        headers: { authorization: `Bearer ${stack.key}`, "content-type": "application/json" },
        body: JSON.stringify({ model, max_tokens: 1, messages: [{ role: "user", content: "Hi" }] }),
      });
      await answer.text();
      answers.push(answer.status);
      if (performance.now() - cutMs < 2_000) {
        lookedFrom = heard.second.length;
      }
      return passes(heard.second.slice(lookedFrom)).length >= 8;
    }, 20_000);
    expect(new Set(answers)).toEqual(new Set([200]));
    line.cut(false);
  });
});
