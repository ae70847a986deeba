import { describe, expect, it } from "vitest";
import { Bench, overloaded, statusFailure } from "./fixture";

describe("attempts", () => {
  it("tries two of a provider × model before the next one, and the other siblings last", () => {
    expect(new Bench().tries(overloaded).ids).toEqual([
      "acme:us:first",
      "acme:eu:first",
      "acme:us:second",
      "acme:eu:second",
    ]);
  });

  it("asks the same target once more after a 500", () => {
    expect(new Bench().tries(statusFailure(500)).ids.slice(0, 3)).toEqual([
      "acme:us:first",
      "acme:us:first",
      "acme:us:second",
    ]);
  });

  it("opens on the third failure in a row", () => {
    const bench = new Bench();
    for (let call = 0; call < 3; call += 1) {
      expect(bench.label("acme:us:first")).toBe("closed");
      bench.one(overloaded);
    }
    expect(bench.label("acme:us:first")).toBe("open");
    expect(bench.one("ok").target).toBe("acme:eu:first");
  });
});
