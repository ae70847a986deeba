import { describe, expect, it } from "vitest";
import { classify } from "@/lib/core/classify";
import { createOddAnswers } from "@/lib/gateway/odd-answers";
import { overloaded } from "../core/fixture";

const odd = classify({ kind: "transport", code: "E_NEVER_HEARD_OF", elapsedMs: 5_000 }, 2_000);

describe("failures that fit no row", () => {
  it("are counted, and told with their evidence once a minute for each target", () => {
    const lines: string[] = [];
    let nowMs = 0;
    const answers = createOddAnswers(
      () => nowMs,
      (line) => lines.push(line),
    );
    answers.note("a", overloaded);
    expect(lines).toEqual([]);
    answers.note("a", odd);
    answers.note("a", odd);
    answers.note("b", odd);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain("E_NEVER_HEARD_OF");
    nowMs = 59_999;
    answers.note("a", odd);
    expect(lines).toHaveLength(2);
    nowMs = 60_000;
    answers.note("a", odd);
    expect(lines[2]).toContain("(no. 5)");
  });
});
