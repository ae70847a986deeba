import { describe, expect, it } from "vitest";
import { commandOf, type Pressed } from "@/components/shell/keymap";
import { matchScore } from "@/components/shell/matches";
import { pages } from "@/components/shell/nav-links";
import { paletteItems } from "@/components/shell/palette-items";
import { down, health, on, target } from "./fixtures";

const pressed = (code: string, more: Partial<Pressed> = {}): Pressed => ({
  code,
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  isComposing: false,
  ...more,
});
const calm = { isTyping: false, afterLeader: false };

describe("a key of the page", () => {
  it.each([
    ["Period", {}, "pause"],
    ["KeyU", {}, "undo"],
    ["Slash", {}, "filter"],
    ["Slash", { shiftKey: true }, "help"],
    ["KeyS", { shiftKey: true }, "views"],
    ["KeyJ", {}, "next"],
    ["KeyK", {}, "previous"],
    ["KeyT", {}, "time"],
    ["KeyY", {}, "link"],
    ["KeyE", {}, "export"],
    ["KeyF", {}, "worst"],
    ["KeyB", {}, "probe"],
    ["KeyK", { ctrlKey: true }, "palette"],
    ["KeyK", { metaKey: true }, "palette"],
  ] as const)("%s %o asks for %s", (code, more, kind) => {
    expect(commandOf(pressed(code, more), calm)).toEqual({ kind });
  });

  it.each([
    ["BracketLeft", "earlier"],
    ["BracketRight", "later"],
    ["Minus", "out"],
    ["Equal", "in"],
    ["Digit0", "live"],
  ] as const)("%s asks for a range: %s", (code, step) => {
    expect(commandOf(pressed(code), calm)).toEqual({ kind: "range", step });
  });

  it("behind g leads to a page, each page has its own", () => {
    expect(commandOf(pressed("KeyG"), calm)).toBe("leader");
    for (const { key, href } of pages) {
      expect(commandOf(pressed(key), { ...calm, afterLeader: true })).toEqual({ kind: "go", href });
    }
    expect(commandOf(pressed("KeyU"), { ...calm, afterLeader: true })).toBeNull();
    expect(new Set(pages.map(({ key }) => key)).size).toBe(pages.length);
  });

  it("is a letter while somebody types, but for the palette's", () => {
    const typing = { ...calm, isTyping: true };
    expect(commandOf(pressed("KeyU"), typing)).toBeNull();
    expect(commandOf(pressed("KeyG"), typing)).toBeNull();
    expect(commandOf(pressed("KeyK", { ctrlKey: true }), typing)).toEqual({ kind: "palette" });
    expect(commandOf(pressed("KeyK", { ctrlKey: true, isComposing: true }), typing)).toBeNull();
  });

  it("with a modifier is the browser's", () => {
    expect(commandOf(pressed("KeyU", { ctrlKey: true }), calm)).toBeNull();
    expect(commandOf(pressed("KeyJ", { altKey: true }), calm)).toBeNull();
    expect(commandOf(pressed("KeyG", { shiftKey: true }), calm)).toBeNull();
  });
});

describe("a match of the palette", () => {
  it("needs every word, and comes first where the text begins with it", () => {
    expect(matchScore("Turn off eu-west", "off eu")).toBeGreaterThan(0);
    expect(matchScore("Turn off eu-west", "off asia")).toBe(0);
    expect(matchScore("Models", "mod")).toBeGreaterThan(matchScore("Model gpt-4.1", "gpt"));
    expect(matchScore("Model gpt-4.1", "gpt")).toBeGreaterThan(matchScore("Overview", "view"));
  });

  it("takes Korean initials for their syllables", () => {
    expect(matchScore("모델 gpt-4.1", "ㅁㄷ")).toBeGreaterThan(0);
    expect(matchScore("최근 24시간 보기", "ㅊㄱ")).toBeGreaterThan(0);
    expect(matchScore("모델", "ㄹㅈ")).toBe(0);
  });

  it("takes signs as they are", () => {
    expect(matchScore("Model gpt-4.1", "4.1")).toBeGreaterThan(0);
    expect(matchScore("Model gpt-4x1", "4.1")).toBe(0);
    expect(matchScore("a (b", "(")).toBeGreaterThan(0);
  });
});

describe("the palette's list", () => {
  const off = { ...on, intent: "draining" } as const;
  const view = health([target(), down({ region: "eu-west", switch: off })]);
  const items = paletteItems(view, "USD");

  it("names each thing once, with every page and object", () => {
    expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
    const hrefs = items.flatMap(({ action }) => (action.kind === "go" ? [action.href] : []));
    expect(hrefs).toEqual(expect.arrayContaining(pages.map(({ href }) => href)));
    expect(hrefs).toContain("/models/gpt-4.1");
    expect(hrefs).toContain("/regions/eu-west");
  });

  it("offers the other side of every switch; off lets running calls finish", () => {
    const switches = items.flatMap(({ action }) => (action.kind === "switch" ? [action] : []));
    expect(switches).toContainEqual({
      kind: "switch",
      ref: { type: "target", id: "acme:us-east:gpt-4.1" },
      intent: "draining",
    });
    expect(switches).toContainEqual({
      kind: "switch",
      ref: { type: "target", id: "acme:eu-west:claude-sonnet-4-5" },
      intent: "enabled",
    });
  });

  it("has its pages before the first view is here", () => {
    const hrefs = paletteItems(undefined, "USD").flatMap(({ action }) =>
      action.kind === "go" ? [action.href] : [],
    );
    expect(hrefs).toEqual([...pages.map(({ href }) => href), "/setup"]);
  });

  it("offers the other currency, where there is one", () => {
    const won = { currency: "KRW", perUsd: 1_386, at: "2026-11-21" };
    const offered = (shown: string, exchange: typeof won | null) =>
      paletteItems({ ...view, exchange }, shown).flatMap(({ action }) =>
        action.kind === "currency" ? [action.currency] : [],
      );
    expect([offered("USD", won), offered("KRW", won), offered("USD", null)]).toEqual([
      ["KRW"],
      ["USD"],
      [],
    ]);
  });
});
