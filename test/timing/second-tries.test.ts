/** How soon a target is asked again: at once after a reset, within a second after a hiccup. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FaultInput } from "@/lib/wall/fault-kinds";
import { breakPlace, lanesDocument, seenBy } from "../support/lanes";
import { type Stack, startStack } from "../support/stack";

const rows: readonly (readonly [string, FaultInput, number, number])[] = [
  ["reset", { kind: "reset" }, 0, 600],
  ["500", { kind: "status", status: 500 }, 195, 1_000],
  ["502", { kind: "status", status: 502 }, 195, 1_000],
];
const modes = ["plain", "streamed"] as const;

let stack: Stack;
beforeAll(async () => {
  const ids = rows.flatMap(([id]) => modes.map((mode) => `${id}-${mode}`));
  stack = await startStack({
    document: (_, wall) =>
      lanesDocument(
        wall,
        ["warm-up", ...ids].map((id) => ({ id })),
      ),
  });
  // The first call of a process is a slow one.
  await (await stack.chat({ model: "warm-up" })).text();
});
afterAll(() => stack.stop());

describe.each(modes)("%s", (mode) => {
  it.each(rows)("after a %s the same target is asked again in time", async (...row) => {
    const [id, fault, leastMs, mostMs] = row;
    const lane = `${id}-${mode}`;
    breakPlace(stack.wall, lane, fault);
    const response = await stack.chat({ model: lane, stream: mode === "streamed" });
    await response.text();
    expect(response.status).toBe(200);
    expect(response.headers.get("x-bellwether-provider")).toBe(`${lane}-second`);
    const tries = seenBy(stack.wall, lane);
    expect(tries).toHaveLength(2);
    const waitedMs = (tries[1]?.at ?? 0) - (tries[0]?.ended_at ?? 0);
    expect(waitedMs).toBeGreaterThanOrEqual(leastMs);
    expect(waitedMs).toBeLessThan(mostMs);
  });
});
