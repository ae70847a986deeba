import { describe, expect, it } from "vitest";
import { type ResolveOptions, nearestNames, resolveChain, resolveName } from "@/lib/core/resolve";
import type { Route } from "@/lib/core/types";
import { input, routeOf, snapshotOf } from "./fixture";

const snapshot = snapshotOf();
const plain: ResolveOptions = { defaultRouteOnModelName: false, anyModelRoute: () => undefined };

/** The models that a name leads to in order, or `?` and the names that are near it. */
function models(name: string, over: Partial<ResolveOptions> = {}, at = snapshot): string[] {
  const resolved = resolveName(at, name, { ...plain, ...over });
  return resolved.kind === "route"
    ? resolved.route.entries.map((entry) => entry.model)
    : ["?", ...resolved.nearest];
}

describe("a name", () => {
  it.each([
    ["auto", ["first", "second"]],
    ["both", ["first", "third"]],
    ["second", ["second"]],
    ["acme/first", ["first"]],
    ["other/third", ["third"]],
    ["other/first", ["?"]],
    ["/first", ["?", "first"]],
    ["nobody/first", ["?"]],
    ["secnod", ["?", "second"]],
    ["quite different from all of them", ["?"]],
  ])("%s leads to %j", (name, expected) => {
    expect(models(name)).toEqual(expected);
  });

  it("of a route is that route, whole", () => {
    expect(resolveName(snapshot, "auto", plain)).toEqual({
      kind: "route",
      route: routeOf(snapshot, "auto"),
    });
  });

  it("of a model leads further only where that is asked for, each model once", () => {
    expect(models("second", { defaultRouteOnModelName: true })).toEqual(["second", "first"]);
    expect(models("third", { defaultRouteOnModelName: true })).toEqual([
      "third",
      "first",
      "second",
    ]);
  });

  it("of a route leads no further", () => {
    expect(models("both", { defaultRouteOnModelName: true })).toEqual(["first", "third"]);
  });

  it("of a model leads no further where there is no route of callers that name none", () => {
    const routes = new Map(snapshot.routes);
    routes.delete("auto");
    const without = { ...snapshot, routes };
    expect(models("second", { defaultRouteOnModelName: true }, without)).toEqual(["second"]);
  });

  it("with a provider stays with that provider, under the model's limits", () => {
    const at = snapshotOf([], {
      ...input,
      models: [
        ...(input.models ?? []),
        { id: "shared", targets: [{ provider: "acme" }, { provider: "other" }] },
      ],
    });
    const resolved = resolveName(at, "other/shared", plain);
    expect(resolved).toMatchObject({
      kind: "route",
      route: { id: "other/shared", kind: "model", limits: routeOf(at, "shared").limits },
    });
    const targets = resolved.kind === "route" ? resolved.route.entries[0]?.targets : [];
    expect(targets?.map((target) => target.id)).toEqual(["other:global:shared"]);
  });

  it("with a provider that takes any name makes a route", () => {
    const made: Route = { ...routeOf(snapshot, "first"), id: "made" };
    const asked: string[] = [];
    const resolved = resolveName(snapshot, "other/vendor/new", {
      ...plain,
      anyModelRoute: (provider, upstreamModel) => {
        asked.push(provider, upstreamModel);
        return made;
      },
    });
    expect(resolved).toEqual({ kind: "route", route: made });
    expect(asked).toEqual(["other", "vendor/new"]);
  });

  it("that is known is never taken for a provider's", () => {
    const anyModelRoute = (): Route => routeOf(snapshot, "third");
    expect(models("first", { anyModelRoute })).toEqual(["first"]);
    expect(models("unknown", { anyModelRoute })[0]).toBe("?");
    expect(models("/unknown", { anyModelRoute })[0]).toBe("?");
  });
});

describe("an explicit chain", () => {
  const chain = (names: string[], over: Partial<ResolveOptions> = {}): unknown => {
    const resolved = resolveChain(snapshot, names, { ...plain, ...over });
    return resolved.kind === "route"
      ? resolved.route.entries.map((entry) => entry.model)
      : [resolved.name, ...resolved.nearest];
  };

  it.each([
    ["in its order, each model once", ["second", "first", "second"], ["second", "first"]],
    ["with routes in it", ["third", "auto"], ["third", "first", "second"]],
    ["that names somebody unknown", ["first", "thrid"], ["thrid", "third"]],
    ["of nobody", [], [undefined]],
  ])("%s", (_name, names, expected) => {
    expect(chain(names)).toEqual(expected);
  });

  it("is all there is, also where model names lead further", () => {
    expect(chain(["third"], { defaultRouteOnModelName: true })).toEqual(["third"]);
  });

  it("is a list, under the limits of its first name", () => {
    const slow = { ...routeOf(snapshot, "third").limits, ttftMs: 77_000 };
    const routes = new Map(snapshot.routes);
    routes.set("third", { ...routeOf(snapshot, "third"), limits: slow });
    expect(resolveChain({ ...snapshot, routes }, ["third", "first"], plain)).toMatchObject({
      kind: "route",
      route: { id: "third,first", kind: "list", limits: { ttftMs: 77_000 } },
    });
  });
});

describe("the names near an unknown one", () => {
  it.each([
    [
      "the likest first, three at most",
      "gpt-4",
      ["gpt-5.2", "gpt-4o", "gpt-4", "gpt-4.1"],
      ["gpt-4", "gpt-4o", "gpt-4.1"],
    ],
    ["whatever the case", "GPT-4O", ["gpt-4o"], ["gpt-4o"]],
    ["known names in capitals too", "gpt-4o", ["GPT-4O"], ["GPT-4O"]],
    ["three letters away, however short", "abc", ["xyz"], ["xyz"]],
    ["four letters away are too many for a short one", "abcd", ["wxyz"], []],
    ["up to half of a long one", "abcdefgh", ["abcdwxyz"], ["abcdwxyz"]],
    ["no more than half of a long one", "abcdefgh", ["abcvwxyz"], []],
    ["letters that are missing", "claude", ["claude-3"], ["claude-3"]],
    ["letters too many", "claude-3-5", ["claude-3"], ["claude-3"]],
    ["a letter in the wrong place", "lcaude", ["claude"], ["claude"]],
    ["nothing near an empty one but what is short", "", ["abc", "abcd"], ["abc"]],
    ["nothing among nothing", "abc", [], []],
  ] as [string, string, string[], string[]][])("%s", (_name, name, known, expected) => {
    expect(nearestNames(name, known)).toEqual(expected);
  });

  it("of a very long name are found by its beginning", () => {
    const long = "m".repeat(64);
    expect(nearestNames(`${long}${"x".repeat(500)}`, [long])).toEqual([long]);
    expect(nearestNames(long, [`${long}${"x".repeat(500)}`])).toHaveLength(1);
  });
});
