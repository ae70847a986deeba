import { describe, expect, it } from "vitest";
import { filmRows, filmState, nextTrouble, worstStrip } from "@/components/targets/film";
import { type FilmView, type StripState } from "@/lib/shared/contract";

const film = (strips: Record<string, StripState[]>): FilmView => ({
  generatedAt: 0,
  from: 0,
  cellMs: 300_000,
  targets: Object.entries(strips).map(([id, strip]) => ({
    id,
    provider: "p",
    region: id.split("/")[1] ?? "",
    model: id.split("/")[0] ?? "",
    strip,
  })),
});

describe("the film of a day", () => {
  it("shows of a model the worst of its targets at each step", () => {
    expect(
      worstStrip([
        ["healthy", "healthy", null, "off", null],
        ["down", "degraded", "healthy", null, null],
        ["recovering", "recovering", null, null, null],
      ]),
    ).toEqual(["down", "degraded", "healthy", "off", null]);
    expect(worstStrip([])).toEqual([]);
  });

  it("has a line for each model, in the order of the grid", () => {
    const view = film({ "b/us": ["down"], "a/us": ["healthy"], "b/eu": ["healthy"] });
    expect(filmRows(view, ["a", "b", "c"])).toEqual([
      { model: "a", strip: ["healthy"] },
      { model: "b", strip: ["down"] },
      { model: "c", strip: [] },
    ]);
  });

  it("goes from one beginning of trouble to the next, over all targets", () => {
    const view = film({
      "a/us": ["healthy", "down", "down", "healthy", "healthy", "healthy"],
      "b/us": ["healthy", "healthy", "healthy", "healthy", "degraded", "off"],
    });
    expect(nextTrouble(view, 5, -1)).toBe(4);
    expect(nextTrouble(view, 4, -1)).toBe(1);
    expect(nextTrouble(view, 1, -1)).toBe(null);
    expect(nextTrouble(view, 0, 1)).toBe(1);
    expect(nextTrouble(view, 1, 1)).toBe(4);
    expect(nextTrouble(view, 4, 1)).toBe(null);
    expect(nextTrouble(film({}), 0, 1)).toBe(null);
  });

  it("calls a gap what it is", () => {
    expect(filmState(null)).toBe("no_data");
    expect(filmState(undefined)).toBe("no_data");
    expect(filmState("down")).toBe("down");
  });
});
