import { describe, expect, it } from "vitest";
import {
  filmAsOf,
  filmCsv,
  filmRows,
  filmState,
  nextTrouble,
  pastAt,
  stepAt,
  worstStrip,
} from "@/components/targets/film";
import { type FilmView, type StripState } from "@/lib/shared/contract";
import { target } from "./fixtures";

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

  it("is at its newest step as bad as the targets are now, until the next one begins", () => {
    const view = film({ "a/us": ["healthy", "healthy"], "b/us": ["down", "down"] });
    const sick = [
      target({ id: "a/us", state: "degraded" }),
      target({ id: "b/us", state: "recovering" }),
    ];
    const strips = (nowMs: number) => filmAsOf(view, sick, nowMs).targets.map(({ strip }) => strip);
    expect(strips(599_999)).toEqual([
      ["healthy", "degraded"],
      ["down", "down"],
    ]);
    expect(strips(600_000)).toEqual(view.targets.map(({ strip }) => strip));
  });

  it("is a file with a line for each step, and nothing where nothing was heard", () => {
    expect(filmCsv(film({ "a/us": ["healthy", null], "b/us": ["down", "off"] }))).toBe(
      "time_utc,a/us,b/us\r\n1970-01-01T00:00:00.000Z,healthy,down\r\n1970-01-01T00:05:00.000Z,,off\r\n",
    );
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

  it("says of one moment what every target was, and the hour that led there", () => {
    const view = film({ "a/us": ["healthy", "down", "degraded"], "b/us": [null, null, "healthy"] });
    const { from, to, targets } = pastAt({ ...view, from: 600_000 }, 1);
    expect([from, to]).toEqual([900_000, 1_200_000]);
    expect(targets.get("a/us")?.state).toBe("down");
    expect(targets.get("b/us")?.state).toBe("no_data");
    const hour = targets.get("a/us")?.strip;
    expect(hour).toHaveLength(12);
    // What lies before the film is not known, and what comes later is not told.
    expect(hour?.slice(-3)).toEqual([null, "healthy", "down"]);
  });

  it("finds its step by the instant again when the film has moved on", () => {
    const view = film({ "a/us": ["healthy", "down", "degraded"] });
    const { from } = pastAt(view, 2);
    expect(stepAt(view, from)).toBe(2);
    expect(stepAt({ ...view, from: view.cellMs }, from)).toBe(1);
    expect(stepAt({ ...view, from: 9 * view.cellMs }, from)).toBe(0);
    expect(stepAt(film({}), from)).toBe(0);
  });

  it("calls a gap what it is", () => {
    expect(filmState(null)).toBe("no_data");
    expect(filmState(undefined)).toBe("no_data");
    expect(filmState("down")).toBe("down");
  });
});
