import { describe, expect, it } from "vitest";
import type { SwitchRow } from "@/lib/config/compile-holds";
import type { ConfigInput } from "@/lib/config/document";
import { dryRun, problemLine } from "@/lib/config/dry-run";
import { judgeDocument } from "@/lib/config/judged";

const input = {
  providers: [{ id: "acme", base_url: "https://api.acme.example/v1", api_key: "env:ACME_KEY" }],
  models: ["a", "b"].map((id) => ({ id, targets: [{ provider: "acme" }] })),
  routes: [
    { id: "auto", chain: ["a", "b"] },
    { id: "only-a", chain: ["a"] },
  ],
} satisfies ConfigInput;

function off(objectType: string, objectId: string, untilMs: number | null = null): SwitchRow {
  return { objectType, objectId, intent: "draining", untilMs };
}

function silenced(...switches: SwitchRow[]): readonly string[] {
  const run = dryRun(input, switches, 1_000);
  return run.ok ? run.silencedRoutes : ["not valid"];
}

describe("a dry run", () => {
  it("of a good configuration finds nothing", () => {
    expect(dryRun(input, [], 0)).toMatchObject({ ok: true, silencedRoutes: [] });
  });

  it("tells the routes and models that switches leave without anybody", () => {
    expect(silenced(off("model", "a"))).toEqual(["only-a", "a"]);
    expect(silenced(off("provider", "acme"))).toEqual(["auto", "only-a", "a", "b"]);
    expect(silenced(off("target", "acme:global:b"))).toEqual(["b"]);
  });

  it("does not count switches whose time is over", () => {
    expect(silenced(off("model", "a", 999))).toEqual([]);
    expect(silenced(off("model", "a", 1_001))).toEqual(["only-a", "a"]);
  });

  it("refuses what leaves a route without a target, and what is no configuration", () => {
    const routes = [{ id: "auto", chain: ["gone"] }];
    expect(dryRun({ ...input, routes }, [], 0)).toMatchObject({ ok: false });
    expect(dryRun(42, [], 0)).toMatchObject({ ok: false });
  });

  it("names the first three problems in one line, and how many more there are", () => {
    const problems = [1, 2, 3, 4, 5].map((n) => ({ path: ["routes", n], message: `bad ${n}` }));
    expect(problemLine(problems)).toBe(
      "routes.1: bad 1; routes.2: bad 2; routes.3: bad 3; and 2 more",
    );
    expect(problemLine(problems.slice(0, 1))).toBe("routes.1: bad 1");
  });
});

describe("a document of a revision", () => {
  it("that this release understands is obeyed", () => {
    expect(judgeDocument({ revision: 3, document: input })).toMatchObject({
      published: { revision: 3, document: { models: [{ id: "a" }, { id: "b" }] } },
      refused: null,
    });
  });

  it.each([
    ["with a setting of a later release", { ...input, telepathy: true }, /telepathy: unknown/],
    ["of another shape", "not even an object", /invalid input/i],
    ["without any", null, /invalid input/i],
    [
      "that leaves a route without a target",
      { ...input, routes: [{ id: "auto", chain: ["gone"] }] },
      /gone/,
    ],
  ])("%s is refused in one line", (_name, document, problem) => {
    const { published, refused } = judgeDocument({ revision: 3, document });
    expect(published).toBeNull();
    expect(refused).toMatchObject({ revision: 3, problem: expect.stringMatching(problem) });
    expect(refused?.problem).not.toContain("\n");
  });
});
