import { describe, expect, it } from "vitest";
import type { AttemptHow } from "@/lib/core/events";
import type { Plan } from "@/lib/core/plan";
import type { Target } from "@/lib/core/types";
import { type AttemptTrace, rescuedBy } from "@/lib/gateway/call-trace";

const first = { id: "acme:us:m", pair: "acme m" } as Target;
const other = { id: "acme:eu:m", pair: "acme m" } as Target;

/** How a call came to the answer of `target`, its only attempt, by a plan that begins with `first`. */
function by(target: Target, how: AttemptHow, avoided: boolean): ReturnType<typeof rescuedBy> {
  const answering = { target, how } as AttemptTrace;
  const candidates = [first, other].map((one) => ({ target: one, entryIndex: 0 }));
  const plan: Plan = { candidates, entries: [], avoided };
  return rescuedBy({ answering, attempts: [answering], plan });
}

describe("what a call of one attempt was rescued by", () => {
  it("is nothing where its first choice answered", () => {
    expect(by(first, "first", false)).toBeNull();
    expect(by(first, "panic", false)).toBeNull();
  });

  it("is that a sick target was passed over, also where all of them were sick", () => {
    expect(by(other, "first", true)).toBe("avoidance");
    expect(by(other, "panic", false)).toBe("avoidance");
  });

  it("is nothing where the first choice was at its limit", () => {
    expect(by(other, "first", false)).toBeNull();
  });
});
