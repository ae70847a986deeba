import { describe, expect, it } from "vitest";
import { recordStart, settle } from "@/lib/core/window";
import { Bench, statusFailure } from "./fixture";

/** What a call does after a 500, where `others` and `retries` started at the same target `agoMs` before it. */
function after500(others: number, retries: number, agoMs = 0): "retry" | "elsewhere" {
  const bench = new Bench();
  const { window } = bench.health("acme:us:first").circuit;
  bench.nowMs = 100_000 - agoMs;
  for (let start = 0; start < others + retries; start += 1) {
    settle(window, recordStart(window, "key", bench.nowMs, start < retries), "ok");
  }
  bench.nowMs = 100_000;
  const { id } = bench.call();
  const first = bench.attempt(id);
  bench.fail(first, statusFailure(500));
  const move = bench.next(id);
  if (move.type === "attempt") {
    expect(move).toMatchObject({ how: "next", target: { id: "acme:eu:first" } });
    return "elsewhere";
  }
  expect(move).toEqual({ type: "pause", forMs: 250, why: "retry" });
  const again = bench.attempt(id);
  expect(again).toMatchObject({ how: "retry", target: { id: first.target.id } });
  return "retry";
}

describe("the budget of retries at the same target", () => {
  it.each([
    ["a target that is hardly called", 0, 0, "retry"],
    ["three retries and nothing else", 0, 3, "retry"],
    ["four retries and nothing else", 0, 4, "elsewhere"],
    ["four retries among six starts", 1, 4, "retry"],
    ["22 retries among a hundred starts", 77, 22, "retry"],
    ["23 retries among a hundred starts", 76, 23, "elsewhere"],
  ] as const)("is a fifth of the starts and three: %s", (_name, others, retries, what) => {
    expect(after500(others, retries)).toBe(what);
  });

  it("is that of the last ten seconds", () => {
    expect(after500(0, 9, 9_000)).toBe("elsewhere");
    expect(after500(0, 9, 10_000)).toBe("retry");
  });

  it("counts the retries that it lets through", () => {
    const bench = new Bench();
    const { id } = bench.call();
    bench.fail(bench.attempt(id), statusFailure(500));
    bench.next(id);
    bench.attempt(id);
    const { window } = bench.health("acme:us:first").circuit;
    expect(window.seconds.reduce((sum, second) => sum + (second?.retries ?? 0), 0)).toBe(1);
  });
});
