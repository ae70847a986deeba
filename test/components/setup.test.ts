import { describe, expect, it } from "vitest";
import { clockText, fixOf, progressOf } from "@/components/setup/progress";
import { languages, snippet } from "@/components/setup/snippets";
import { call } from "./fixtures";

describe("the setup", () => {
  it("waits for a served call, and for one that was rescued after the fault began", () => {
    const failed = call({ id: "1", startedAt: 1, outcome: "failed" });
    const first = call({ id: "2", startedAt: 2, outcome: "served", rescuedBy: "sibling" });
    const avoided = call({ id: "3", startedAt: 5, outcome: "served", rescuedBy: "avoidance" });
    const rescued = call({ id: "4", startedAt: 6, outcome: "served", rescuedBy: "sibling" });
    const calls = [rescued, avoided, first, failed];
    expect(progressOf([failed], null)).toEqual({ first: null, rescued: null });
    expect(progressOf(calls, null)).toEqual({ first, rescued: null });
    expect(progressOf(calls, 4)).toEqual({ first, rescued });
  });

  it.each([
    [0, "0:00"],
    [42_900, "0:42"],
    [61_000, "1:01"],
    [-5, "0:00"],
  ])("shows %i ms as %s", (ms, text) => {
    expect(clockText(ms)).toBe(text);
  });

  it("has a fix for what goes wrong, and a word for what it does not know", () => {
    expect(fixOf("upstream_auth")).toBe("upstream_auth");
    expect(fixOf("something_new")).toBe("other");
    expect(fixOf(null)).toBe("other");
  });

  it.each(languages)("has a whole program in %s with this host and this key", (language) => {
    const text = snippet(language, "http://127.0.0.1:4000", "bw_live_x");
    expect(text).toContain("http://127.0.0.1:4000/v1");
    expect(text).toContain("bw_live_x");
    expect(text).toMatch(/["(]auto"/);
  });

  it("names the provider and the packages that the AI SDK wants", () => {
    const text = snippet("aisdk", "http://127.0.0.1:4000", "bw_live_x");
    expect(text).toContain('from "@ai-sdk/openai-compatible"');
    expect(text).toContain('name: "bellwether"');
    expect(text).toContain('model: gateway("auto")');
  });
});
