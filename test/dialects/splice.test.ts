import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Splice, type SpliceMethod, prefillOf } from "@/lib/dialects/splice";

/** What a caller gets of `continuation`, cut at `cuts`, behind the `delivered` text. */
function joined(
  delivered: string,
  method: SpliceMethod,
  pieces: readonly string[],
  stops: readonly string[] = [],
): { text: string; end: string | null; method: SpliceMethod } {
  const splice = new Splice(delivered, method, stops);
  let text = delivered;
  for (const piece of pieces) {
    const step = splice.push(piece);
    text += step.forward;
    if (step.end !== null) {
      return { text, end: step.end, method: splice.method };
    }
  }
  const last = splice.finish();
  return { text: text + last.forward, end: last.end, method: splice.method };
}

function piecesOf(text: string, cuts: readonly number[]): string[] {
  const at = [
    0,
    ...cuts.map((cut) => cut % (text.length + 1)).toSorted((a, b) => a - b),
    text.length,
  ];
  return at.slice(1).map((end, index) => text.slice(at[index], end));
}

const texts = fc.oneof(
  fc.string({ maxLength: 120 }),
  fc.string({ unit: fc.constantFrom("a", "b", " ", "\n"), maxLength: 120 }),
  fc.lorem({ maxCount: 30 }),
);
const cuts = fc.array(fc.nat(400), { maxLength: 12 });

/** Whether a true continuation looks like a new beginning: nobody could tell. */
function looksLikeRestart(delivered: string, continuation: string): boolean {
  const needed = Math.min(32, delivered.length);
  return needed >= 4 && continuation.startsWith(delivered.slice(0, needed));
}

describe("a joint", () => {
  it("gives the caller the exact whole where the next target goes on, wherever the text was cut", () => {
    fc.assert(
      fc.property(texts, fc.nat(120), cuts, (whole, at, where) => {
        const delivered = whole.slice(0, at);
        const continuation = whole.slice(prefillOf(delivered).length);
        fc.pre(!looksLikeRestart(delivered, continuation));
        expect(joined(delivered, "prefill", piecesOf(continuation, where))).toEqual({
          text: whole,
          end: null,
          method: "prefill",
        });
      }),
      { numRuns: 1_000 },
    );
  });

  it.each(["restart", "prefill"] as const)(
    "gives the caller the exact whole where the next target starts over (asked to %s)",
    (method) => {
      fc.assert(
        fc.property(texts, fc.nat(120), cuts, (whole, at, where) => {
          const delivered = whole.slice(0, at);
          fc.pre(method === "restart" || delivered.length >= 4);
          expect(joined(delivered, method, piecesOf(whole, where))).toEqual({
            text: whole,
            end: null,
            method: "restart",
          });
        }),
        { numRuns: 1_000 },
      );
    },
  );

  it("never repeats and never skips where a new beginning tells another text: nothing goes out", () => {
    fc.assert(
      fc.property(texts, texts, cuts, (delivered, other, where) => {
        fc.pre(!other.startsWith(delivered));
        expect(joined(delivered, "restart", piecesOf(other, where))).toMatchObject({
          text: delivered,
          end: "diverged",
        });
      }),
      { numRuns: 1_000 },
    );
  });

  it("says the same however the continuation is cut into pieces", () => {
    fc.assert(
      fc.property(texts, texts, cuts, (delivered, continuation, where) => {
        expect(joined(delivered, "prefill", piecesOf(continuation, where), ["b\n", "ab"])).toEqual(
          joined(delivered, "prefill", [continuation], ["b\n", "ab"]),
        );
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ["told again", "The bell \n", " \nrings", "The bell \nrings"],
    ["told in part", "The bell \n", " rings", "The bell \nrings"],
    ["not told again", "The bell ", "rings", "The bell rings"],
    ["told again and followed by more", "The bell ", "  rings", "The bell  rings"],
  ])("matches white space off that is %s", (_name, delivered, continuation, whole) => {
    expect(joined(delivered, "prefill", piecesOf(continuation, [1, 2, 3])).text).toBe(whole);
  });

  it("takes a target that was asked to go on and starts over as starting over", () => {
    const delivered = "Once upon a time there was a bell that rang at dawn";
    expect(joined(delivered, "prefill", [`${delivered} and at dusk`])).toEqual({
      text: `${delivered} and at dusk`,
      end: null,
      method: "restart",
    });
    expect(joined(delivered, "prefill", ["Once upon a time there was a bell that never"])).toEqual({
      text: delivered,
      end: "diverged",
      method: "restart",
    });
  });

  it("goes on after a continuation that begins like the text for less than a sign's length", () => {
    const delivered = "ha ha ha ha ha ha ha ha ha ha ha ha ha";
    expect(joined(delivered, "prefill", ["ha ha!"]).text).toBe(`${delivered}ha ha!`);
  });

  it.each([
    ["whole in one piece", ["ND and more"]],
    ["letter by letter", ["N", "D", " more"]],
  ])("ends at a stop sequence that lies across the joint, %s", (_name, pieces) => {
    expect(joined("so far, so good. E", "prefill", pieces, ["STOP", "END"])).toMatchObject({
      text: "so far, so good. E",
      end: "stopped",
    });
  });

  it("hands out what only began like a stop sequence", () => {
    expect(joined("good. E", "prefill", ["N", "C", "ORE"], ["END"]).text).toBe("good. ENCORE");
    expect(joined("good. E", "prefill", ["N"], ["END"]).text).toBe("good. EN");
  });

  it("lets a restart's target see to its own stop sequences", () => {
    expect(joined("an E", "restart", ["an END of it"], ["END"]).text).toBe("an END of it");
  });

  it("is broken by a new beginning that ends before it has told the whole text again", () => {
    expect(joined("The bell rings", "restart", ["The bell"]).end).toBe("diverged");
    expect(joined("The bell rings", "restart", ["The bell rings"]).end).toBeNull();
  });
});
