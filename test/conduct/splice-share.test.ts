/** How many broken streams become whole, where texts are random and models do not always repeat themselves. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { breakPlace, lanesDocument, seenBy } from "../support/lanes";
import { readStream } from "../support/sse";
import { type Stack, startStack } from "../support/stack";

const cuts = 80;
const totalWords = 60;
let stack: Stack;

beforeAll(async () => {
  stack = await startStack({
    document: (_, wall) =>
      lanesDocument(
        wall,
        // What a chain looks like: here a prefill is continued, there only the same model lives elsewhere.
        [
          { id: "prefill", places: [{ name: "first" }, { name: "second" }] },
          { id: "mirror", places: [{ name: "first" }, { name: "second", sameModelAs: "first" }] },
          {
            id: "repeats",
            places: [
              { name: "first", upstream: "claude-sonnet-4-5" as const },
              { name: "second", sameModelAs: "first" },
            ],
          },
          {
            id: "refuses",
            places: [{ name: "first" }, { name: "second", upstream: "claude-sonnet-4-5" as const }],
          },
        ].map((lane) => ({
          ...lane,
          // Longer than a busy machine holds up a stream that was not cut.
          limits: { idle_s: 3 },
          // A provider that cuts every stream would not be asked any more.
          route: { breaker: { observe_only: true } },
        })),
      ),
  });
});
afterAll(() => stack.stop());

it("a cut stream is whole or an error event, never a short success; the share of whole ones is told", async () => {
  const { wall } = stack;
  breakPlace(wall, "mirror", { kind: "drift", after_tokens: 20, probability: 0.3 }, "second");
  breakPlace(wall, "repeats", { kind: "prefill_repeated", probability: 0.5 }, "second");
  breakPlace(wall, "refuses", { kind: "prefill_refused", probability: 0.5 }, "second");
  const shares = new Map<string, { whole: number; honest: number }>();
  for (let cut = 0; cut < cuts; cut += 1) {
    const lane = ["prefill", "mirror", "repeats", "refuses"][cut % 4] ?? "";
    const after = 1 + ((cut * 37) % (totalWords - 1));
    const kind = cut % 8 < 6 ? ("cut" as const) : ("error_in_stream" as const);
    const fault = breakPlace(wall, lane, { kind, after_tokens: after, count: 1 });
    const before = seenBy(wall, lane).length;
    const response = await stack.chat({
      model: lane,
      stream: true,
      // Half of the callers leave chance to rule.
      ...(Math.floor(cut / 4) % 2 === 0 && { temperature: 0 }),
      messages: [{ role: "user", content: `Write ${totalWords} words about cut ${cut}.` }],
    });
    const seen = await readStream(response);
    wall.removeFault(fault);
    expect(seenBy(wall, lane)[before]?.fault).toBe(kind);
    const isWhole = seen.isDone && seen.error === null;
    const share = shares.get(lane) ?? { whole: 0, honest: 0 };
    shares.set(lane, {
      whole: share.whole + Number(isWhole),
      honest: share.honest + Number(!isWhole),
    });
    if (isWhole) {
      expect(seen).toMatchObject({ words: totalWords, finish: "stop" });
      expect(seen.ids.size).toBe(1);
    } else {
      expect(seen.error?.code).toBe("stream_interrupted");
      expect(seen).toMatchObject({ isDone: false, finish: null });
      expect(seen.words).toBeGreaterThanOrEqual(after);
    }
  }
  const whole = [...shares.values()].reduce((sum, one) => sum + one.whole, 0);
  const byLane = [...shares].map(([lane, one]) => `${lane} ${one.whole}/${one.whole + one.honest}`);
  process.stdout.write(
    `cut streams that became whole: ${whole} of ${cuts} (${byLane.join(", ")})\n`,
  );
  // Both outcomes came about, so that both were judged.
  expect(whole).toBeGreaterThan(0);
  expect(whole).toBeLessThan(cuts);
  expect(seenBy(wall, "prefill", "second").every((one) => one.prefill_chars > 0)).toBe(true);
});
