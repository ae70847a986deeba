import { describe, expect, it } from "vitest";
import {
  badMinutes,
  columnsIn,
  columnsText,
  filtered,
  filterIn,
  type ListedObject,
  listed,
  nextSort,
  type Sort,
  sorted,
  sortIn,
  usualSort,
  worstMinutes,
} from "@/components/objects/list";
import type { ObjectRow } from "@/lib/shared/contract";
import { down, health, now, on, target } from "./fixtures";

function row(id: string, over: Partial<ObjectRow> = {}): ObjectRow {
  return {
    ...{ id, attempts: 100, failed: 1, servedShare: 0.5, errors: {}, p50Ms: null, p95Ms: null },
    ...{ ttftP50Ms: 200, ttftP95Ms: 400, tokensPerSecond: 40, costNanoUsd: 1, movedOut: 0 },
    ...{ movedIn: 0, costPerMTokNanoUsd: null, owner: "ui", ownerPath: null, listPrice: null },
    availability: { ratio: 0.99, n: 100, source: "live" },
    ...over,
  };
}

const view = health([
  target({ model: "cheap", strip: ["healthy", "degraded", "healthy"] }),
  target({ model: "cheap", region: "eu-west", provider: "globex", strip: ["down", null, null] }),
  target({ model: "hurt", state: "degraded" }),
  down({ model: "dead", upstreamModel: "Dead-2026" }),
  target({ model: "idle", state: "no_data" }),
]);
const rows = [
  row("cheap", { owner: "file", ownerPath: "/etc/b.yaml", costNanoUsd: 5, servedShare: 0.9 }),
  row("hurt", { costNanoUsd: 9, availability: { ratio: 0.5, n: 100, source: "live" } }),
  row("dead", { costNanoUsd: 0, availability: { ratio: 0, n: 100, source: "live" } }),
  row("idle", { owner: "system", availability: { ratio: 1, n: 3, source: "probe" } }),
];
const all = listed("model", view, rows);
const one = (id: string): ListedObject => all.find((object) => object.id === id)!;
const by = (text: string | null): string[] => sorted(all, sortIn(text));

describe("a line of the list", () => {
  it("is as its worst target is, and tells the newest error of all", () => {
    expect(all.map(({ id, state }) => [id, state])).toEqual([
      ["cheap", "healthy"],
      ["hurt", "degraded"],
      ["dead", "down"],
      ["idle", "no_data"],
    ]);
    const error = (atMs: number): ListedObject["lastError"] => ({
      ...{ at: atMs, reason: "overloaded", status: 503, message: null },
    });
    const [both] = listed(
      "model",
      health([
        target({ lastError: error(now - 9) }),
        target({ region: "eu-west", lastError: error(now - 1) }),
      ]),
      [],
    );
    expect(both?.lastError?.at).toBe(now - 1);
  });

  it("that a person took out says who and until when, and is emptying while calls run", () => {
    const held = { ...on, intent: "draining", until: now + 60_000 } as const;
    const offBy = { type: "model", id: "gpt-4.1" } as const;
    const of = (inFlight: number): ListedObject | undefined => {
      const dim = target({ state: "draining", effectiveIntent: "draining", offBy, inFlight });
      const models = [{ ...health([dim]).models[0]!, switch: held }];
      return listed("model", health([dim], { models }), [])[0];
    };
    expect(of(3)?.state).toBe("draining");
    expect(of(0)).toMatchObject({ state: "off", worst: { offBy: null, switch: held } });
  });

  it("has the worst of every minute of its targets, and a gap only where none says anything", () => {
    expect(one("cheap").hour).toEqual(["down", "degraded", "healthy"]);
    expect(badMinutes(one("cheap").hour)).toBe(2);
    expect(
      worstMinutes([
        ["off", "off", null],
        ["healthy", "off", null],
      ]),
    ).toEqual(["healthy", "off", null]);
  });

  it("of a region is of all models there", () => {
    const regions = listed("region", view, []);
    expect(regions.map(({ id, state }) => [id, state])).toEqual([
      ["us-east", "down"],
      ["eu-west", "healthy"],
    ]);
  });
});

describe("the order of the list", () => {
  it("has problems first, those that a person took out last", () => {
    const models = view.models.map((model) =>
      model.id === "dead" ? { ...model, switch: { ...on, intent: "disabled" } as const } : model,
    );
    expect(by(null)).toEqual(["dead", "hurt", "idle", "cheap"]);
    expect(sorted(listed("model", { ...view, models }, rows), usualSort).at(-1)).toBe("dead");
  });

  it.each([
    ["name", ["cheap", "dead", "hurt", "idle"]],
    ["-name", ["idle", "hurt", "dead", "cheap"]],
    ["-cost", ["hurt", "cheap", "idle", "dead"]],
    ["-hour", ["cheap", "dead", "hurt", "idle"]],
    // Too few attempts are no availability: last in both directions.
    ["availability", ["dead", "hurt", "cheap", "idle"]],
    ["-availability", ["cheap", "hurt", "dead", "idle"]],
    ["-error", ["dead", "hurt", "idle", "cheap"]],
    ["-served", ["cheap", "dead", "hurt", "idle"]],
    ["nonsense", ["dead", "hurt", "idle", "cheap"]],
  ])("by %s", (text, order) => {
    expect(by(text)).toEqual(order);
  });

  it("turns round with the second click and is the usual one with the third", () => {
    const clicks = (column: "cost" | "availability" | "state"): (string | null)[] => {
      const texts: (string | null)[] = [];
      let sort: Sort = usualSort;
      for (let click = 0; click < 3; click += 1) {
        const text = nextSort(sort, column);
        texts.push(text);
        sort = sortIn(text);
      }
      return texts;
    };
    expect(clicks("cost")).toEqual(["-cost", "cost", null]);
    expect(clicks("availability")).toEqual(["availability", "-availability", null]);
    expect(clicks("state")).toEqual(["-state", null, "-state"]);
  });
});

describe("the filter of the list", () => {
  const found = (query: string): string[] =>
    filtered(all, filterIn(new URLSearchParams(query))).map(({ id }) => id);

  it.each([
    ["", ["cheap", "hurt", "dead", "idle"]],
    ["state=down", ["dead"]],
    ["state=broken", ["cheap", "hurt", "dead", "idle"]],
    ["provider=globex", ["cheap"]],
    ["region=us-east&state=healthy", ["cheap"]],
    ["region=eu-west", ["cheap"]],
    ["owner=file", ["cheap"]],
    ["owner=ui", ["hurt", "dead", "idle"]],
    ["q=+EA+", ["cheap", "dead"]],
    ["q=2026", ["dead"]],
    ["q=globex", ["cheap"]],
    ["q=nothing", []],
  ])("finds by %s", (query, ids) => {
    expect(found(query)).toEqual(ids);
  });
});

describe("the columns of the list", () => {
  it("are the usual ones where none, or none that there is, is named", () => {
    expect(columnsIn("colour")).toEqual(columnsIn(null));
    expect(columnsIn(null).has("error")).toBe(true);
    expect(columnsIn(null).has("attempts")).toBe(false);
    expect(columnsText(columnsIn(null))).toBeNull();
  });

  it("are named in an order of their own, and read back", () => {
    const shown = columnsIn("cost,errors,cost");
    expect(columnsText(shown)).toBe("errors,cost");
    expect(columnsIn(columnsText(shown))).toEqual(shown);
  });
});
