import { describe, expect, it } from "vitest";
import {
  longestName,
  mostViews,
  parsedViews,
  queryText,
  type SavedView,
  suggestedName,
  viewQuery,
  withView,
} from "@/components/lib/saved-views";

const view = (name: string, query = ""): SavedView => ({ name, query });
const many = Array.from({ length: mostViews }, (_, index) => view(String(index)));

describe("a saved view", () => {
  it("is what the address asks for in any order, without what is open over the page", () => {
    const query = viewQuery(new URLSearchParams("r=6h&q=is:failed&call=7&change=5.r:7"));
    expect(query).toBe(viewQuery(new URLSearchParams("q=is:failed&r=6h")));
    // A range that moves with the clock stays one.
    expect(queryText(query)).toBe("q=is:failed r=6h");
    expect(viewQuery(new URLSearchParams("r=7d&q=is:failed"))).not.toBe(query);
  });

  it("is called by what it is narrowed to", () => {
    expect(suggestedName("cols=cost&q=gpt&r=24h&sort=-cost&state=down")).toBe("gpt · 24h · down");
    expect(suggestedName("from=2026-11-27T03:00:00Z&to=2026-11-27T04:00:00Z")).toBe("");
    expect(suggestedName(`q=${"a".repeat(200)}`)).toHaveLength(longestName);
  });

  it("takes the place of the one of its name, and has none where the page has its fill", () => {
    const views = [view("a"), view("b"), view("c")];
    expect(withView(views, view("b", "r=6h"))).toEqual([view("a"), view("b", "r=6h"), view("c")]);
    expect(withView(views, view("d"))).toEqual([...views, view("d")]);
    // Where it was before it was deleted.
    expect(withView([view("a"), view("c")], view("b"), 1)).toEqual(views);
    expect(withView(many, view("one more"))).toBe(many);
    expect(withView(many, view("0", "r=6h"))[0]).toEqual(view("0", "r=6h"));
  });

  it("comes back as it was kept, and not at all where something else stands", () => {
    expect(parsedViews(JSON.stringify(many))).toEqual(many);
    expect(parsedViews(JSON.stringify([...many, view("one more")]))).toEqual(many);
    for (const text of [null, "", "{", "null", '{"name":"a"}', "7"]) {
      expect(parsedViews(text)).toEqual([]);
    }
    const mixed = [null, 7, { name: "a" }, { name: " ", query: "" }, view("b"), view("b", "r=6h")];
    expect(parsedViews(JSON.stringify(mixed))).toEqual([view("b", "r=6h")]);
  });
});
