import { describe, expect, it } from "vitest";
import { boundsIn, numberWithin, wholeWithin } from "@/lib/config/bounds";
import { type ConfigInput } from "@/lib/config/document";
import { compileSnapshot } from "@/lib/config/snapshot";
import { validateDocument } from "@/lib/config/validate";
import { type Resolved, resolveChain, resolveName } from "@/lib/core/resolve";

type Route = NonNullable<ConfigInput["routes"]>[number];

const base = {
  providers: [{ id: "acme", base_url: "https://api.acme.example/v1", api_key: "env:ACME_KEY" }],
  models: [{ id: "gpt", targets: [{ provider: "acme" }] }],
} satisfies ConfigInput;

function problemsOf(document: unknown): string[] {
  const validated = validateDocument(document);
  return validated.ok
    ? []
    : validated.problems.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

function routeProblems(route: Record<string, unknown>): string[] {
  return problemsOf({ ...base, routes: [{ id: "auto", chain: ["gpt"], ...route }] });
}

describe("a number outside its bounds", () => {
  it.each([
    ["numberWithin with a unit", numberWithin(50, 99.999, "%"), 50, 99.999, "percent"],
    [
      "wholeWithin with a unit of words",
      wholeWithin(1, 9, "calls at a time"),
      1,
      9,
      "calls_at_a_time",
    ],
    ["wholeWithin without a unit", wholeWithin(1, 32), 1, 32, "none"],
  ])("tells other languages its bounds: %s", (name, schema, least, most, unit) => {
    const kind = name.startsWith("whole") ? "whole" : "any";
    for (const wrong of [0, 1_000, "nine"]) {
      const message = schema.safeParse(wrong).error?.issues[0]?.message ?? "";
      expect(boundsIn(message)).toEqual({ least, most, unit, kind });
    }
    expect(boundsIn("must be a list of 1 to 32 models")).toBeNull();
  });

  it("is refused with a reason and its bounds as values", () => {
    const route = { id: "auto", chain: ["gpt"], limits: { ttft_s: 0 } };
    expect(validateDocument({ ...base, routes: [route] })).toMatchObject({
      problems: [
        {
          refusal: {
            reason: "value_between",
            values: { least: 0.1, most: 300, unit: "seconds", kind: "any" },
          },
        },
      ],
    });
  });

  it.each<[string, unknown, unknown, string]>([
    ["limits.ttft_s", 0.1, 0, "must be a number between 0.1 and 300 seconds, not 0"],
    ["limits.ttft_s", 120, 301, "must be a number between 0.1 and 300 seconds, not 301"],
    ["limits.idle_s", 600, 601, "must be a number between 0.1 and 600 seconds, not 601"],
    ["limits.total_s", 3600, 0.9, "must be a number between 1 and 3600 seconds, not 0.9"],
    [
      "limits.stream_total_s",
      1,
      1e9,
      "must be a number between 1 and 86400 seconds, not 1000000000",
    ],
    ["limits.reasoning_ttft_s", 900, 901, "must be a number between 0.1 and 900 seconds, not 901"],
    ["limits.reasoning_total_s", 3600, 0, "must be a number between 1 and 3600 seconds, not 0"],
    ["limits.attempts", 32, 33, "must be a whole number between 1 and 32, not 33"],
    ["limits.attempts", 1, 1.5, "must be a whole number between 1 and 32, not 1.5"],
    [
      "limits.retry_after_wait_ms",
      0,
      10_001,
      "must be a whole number between 0 and 10000 milliseconds, not 10001",
    ],
    ["log_bodies.keep_hours", 1, 0.5, "must be a whole number between 1 and 720 hours, not 0.5"],
    ["log_bodies.keep_hours", 720, 721, "must be a whole number between 1 and 720 hours, not 721"],
    ["log_bodies.keep_hours", 24, 0, "must be a whole number between 1 and 720 hours, not 0"],
    ["breaker.min_threshold", 100, 0, "must be a whole number between 1 and 100, not 0"],
    [
      "breaker.base_ejection_s",
      0.1,
      0.05,
      "must be a number between 0.1 and 300 seconds, not 0.05",
    ],
    ["breaker.max_ejection_s", 3600, 3601, "must be a number between 1 and 3600 seconds, not 3601"],
    [
      "limits.idle_s",
      30,
      Number.POSITIVE_INFINITY,
      "must be a number between 0.1 and 600 seconds, not Infinity",
    ],
  ])("%s: %j is taken, %j is refused with the bounds and the unit", (path, good, bad, message) => {
    const [group = "", name = ""] = path.split(".");
    expect(routeProblems({ [group]: { [name]: good } })).toEqual([]);
    expect(routeProblems({ [group]: { [name]: bad } })).toEqual([`routes.0.${path}: ${message}`]);
  });

  it("of a model, a key or the settings is told just so", () => {
    expect(
      problemsOf({
        ...base,
        models: [
          {
            ...base.models[0],
            probe: { interval_s: 0.5, timeout_s: 61 },
            price: { input: -1, output: 10_001 },
            capabilities: { context: 0 },
          },
        ],
        keys: [{ id: "ci", key: "env:CI_KEY", rpm: 0 }],
        settings: { slo_served_percent: 10, probe_budget_usd_per_day: -1 },
      }),
    ).toEqual([
      "models.0.price.input: must be a number between 0 and 10000 USD per million tokens, not -1",
      "models.0.price.output: must be a number between 0 and 10000 USD per million tokens, not 10001",
      "models.0.capabilities.context: must be a whole number between 1 and 100000000 tokens, not 0",
      "models.0.probe.interval_s: must be a number between 1 and 3600 seconds, not 0.5",
      "models.0.probe.timeout_s: must be a number between 0.1 and 60 seconds, not 61",
      "keys.0.rpm: must be a whole number between 1 and 10000000 requests per minute, not 0",
      "settings.probe_budget_usd_per_day: must be a number between 0 and 10000 USD, not -1",
      "settings.slo_served_percent: must be a number between 50 and 100 %, not 10",
    ]);
  });

  it("that is no number at all is not repeated: it may be a secret", () => {
    const problems = routeProblems({ limits: { ttft_s: "sk-secret" } });
    expect(problems).toEqual([
      "routes.0.limits.ttft_s: must be a number between 0.1 and 300 seconds",
    ]);
  });
});

describe("log_bodies", () => {
  it.each<[unknown, string]>([
    [true, ": must be { keep_hours: 1 to 720 }"],
    [{}, ".keep_hours: must be a whole number between 1 and 720 hours"],
    [{ keep_hours: 1, keep_days: 3 }, '.keep_days: unknown setting "keep_days"'],
  ])("%j is refused: nobody keeps prompts for a time that was not said", (bodies, message) => {
    expect(routeProblems({ log_bodies: bodies })).toEqual([`routes.0.log_bodies${message}`]);
  });

  it("holds for the route that says so, and for no other name", () => {
    const validated = validateDocument({
      ...base,
      routes: [
        { id: "auto", chain: ["gpt"] },
        { id: "kept", chain: ["gpt"], log_bodies: { keep_hours: 72 } },
      ],
      settings: { default_route_on_model_name: true },
    });
    expect(validated.ok).toBe(true);
    if (!validated.ok) {
      return;
    }
    const snapshot = compileSnapshot(validated.document, [], 1, (ms) => ms);
    const options = { defaultRouteOnModelName: true, anyModelRoute: () => undefined };
    const hours = (resolved: Resolved): unknown =>
      resolved.kind === "route" ? resolved.route.keepBodiesHours : resolved;
    expect(hours(resolveName(snapshot, "kept", options))).toBe(72);
    for (const name of ["auto", "gpt", "acme/gpt"]) {
      expect(hours(resolveName(snapshot, name, options))).toBeUndefined();
    }
    expect(hours(resolveChain(snapshot, ["kept"], options))).toBeUndefined();
  });
});

describe("limits that contradict each other", () => {
  it.each<[string, Partial<Route>, string]>([
    [
      "first token after the end",
      { limits: { ttft_s: 20, total_s: 10 } },
      "ttft_s: must be at most total_s",
    ],
    [
      "idle after the end",
      { limits: { idle_s: 60, stream_total_s: 30 } },
      "idle_s: must be at most stream_total_s",
    ],
    [
      "thinking past the end",
      { limits: { reasoning_ttft_s: 300, reasoning_total_s: 200 } },
      "reasoning_ttft_s: must be at most reasoning_total_s",
    ],
    [
      "an ejection longer than the longest",
      { breaker: { base_ejection_s: 60, max_ejection_s: 30 } },
      "base_ejection_s: must be at most max_ejection_s, which is 30 seconds, not 60",
    ],
  ])("are refused: %s", (_name, route, message) => {
    expect(routeProblems(route).join()).toContain(message);
  });

  it("only where both are given: the default of the other gives way", () => {
    expect(routeProblems({ limits: { total_s: 5 }, breaker: { max_ejection_s: 1 } })).toEqual([]);
  });
});

describe("observe_only", () => {
  it.each([true, false, [], ["opening", "suspect"]])("takes %j", (observeOnly) => {
    expect(routeProblems({ breaker: { observe_only: observeOnly } })).toEqual([]);
  });

  it("names the rules when it is given another", () => {
    expect(routeProblems({ breaker: { observe_only: ["opening", "magic"] } }).join()).toContain(
      "must be true, false, or a list of rules: opening, suspect, degraded, probes, capacity",
    );
  });
});

describe("a configuration that leads nowhere", () => {
  const hollow = { ...base.providers[0], id: "hollow", regions: [] };

  it("is refused, naming the route without a target and the model at fault", () => {
    expect(
      problemsOf({
        providers: [...base.providers, hollow],
        models: [...base.models, { id: "ghost", targets: [{ provider: "hollow" }] }],
        routes: [
          { id: "auto", chain: ["gpt", "ghost"] },
          { id: "night", chain: ["ghost"] },
        ],
      }),
    ).toEqual([
      'models.1.targets: model "ghost" has no target: none of its providers has a region for it',
      'routes.1.chain: would leave route "night" without a target',
    ]);
  });

  it.each<[string, unknown, string]>([
    [
      "a model that does not exist",
      { ...base, routes: [{ id: "night", chain: ["ghost"] }] },
      'routes.0.chain.0: there is no model "ghost" for route "night"',
    ],
    [
      "an empty chain",
      { ...base, routes: [{ id: "night", chain: [] }] },
      "must be a list of 1 to 32 models",
    ],
    [
      "a region that its provider does not have",
      { ...base, models: [{ id: "gpt", targets: [{ provider: "acme", regions: ["mars"] }] }] },
      'provider "acme" has no region "mars"',
    ],
    [
      "the same target twice",
      { ...base, models: [{ id: "gpt", targets: [{ provider: "acme" }, { provider: "acme" }] }] },
      'models.0: "acme:global:gpt" is a target twice',
    ],
    [
      "a time zone of no place",
      { ...base, settings: { timezone: "Mars/Base" } },
      '"Mars/Base" is not a time zone',
    ],
    [
      "calls that are kept for a day",
      { ...base, settings: { call_log_days: 1 } },
      "settings.call_log_days: must be a whole number between 2 and 400 days, not 1",
    ],
    [
      "calls that are kept for ever",
      { ...base, settings: { call_log_days: 401 } },
      "must be a whole number between 2 and 400 days, not 401",
    ],
  ])("is refused: %s", (_name, document, message) => {
    expect(problemsOf(document).join()).toContain(message);
  });
});
