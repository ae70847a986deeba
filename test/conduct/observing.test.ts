import { afterAll, beforeAll, expect, it } from "vitest";
import { changesPage } from "@/lib/control/changes-page";
import { systemActor } from "@/lib/control/actor";
import { healthView } from "@/lib/control/health-view";
import { type Stack, eventually, startStack } from "../support/stack";

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({
    document: (base) => ({
      ...base,
      models: (base.models ?? []).map((model) => ({ ...model, probe: { enabled: false } })),
      routes: [
        {
          id: "auto",
          chain: ["gpt-4.1", "deepseek-v3"],
          breaker: { observe_only: ["opening" as const] },
        },
      ],
    }),
  });
});

afterAll(() => stack.stop());

it("a breaker that only observes tells what it would have done, and every call still asks the target", async () => {
  stack.wall.fault({ kind: "status", status: 503, model: "gpt-4.1" });
  for (let call = 0; call < 8; call += 1) {
    const response = await stack.chat();
    expect(response.status).toBe(200);
    expect(response.headers.get("x-bellwether-model")).toBe("deepseek-v3");
    expect(response.headers.get("x-bellwether-attempts")).not.toBe("1");
    await response.arrayBuffer();
  }
  const remarks = await eventually(async () => {
    const { changes } = await changesPage(systemActor, stack.control, { limit: 50 });
    const found = changes.filter(({ kind }) => kind === "health");
    return found.length > 0 ? found : null;
  });
  for (const { summary } of remarks) {
    expect(summary).toMatchObject({ to: "open", evidence: { observed: 1, failures: 3 } });
  }
  const health = await healthView(systemActor, stack.control, null);
  const own = health.targets.filter(({ model }) => model === "gpt-4.1");
  expect(own.map(({ label, breaker }) => [label, breaker])).toEqual(
    own.map(() => ["closed", "closed"]),
  );
  expect(own.flatMap(({ strip }) => strip)).not.toContain("down");
});
