import { describe, expect, it } from "vitest";
import { nearestNames } from "@/lib/shared/nearest";

const names = ["gpt-4.1", "gpt-4.1-mini", "claude-sonnet-4-5", "gemini-2.5-flash", "auto"];

describe("nearest names", () => {
  it.each([
    ["gpt4.1", ["gpt-4.1"]],
    ["GPT-4.1", ["gpt-4.1", "gpt-4.1-mini"]],
    ["gpt-4.1-min", ["gpt-4.1", "gpt-4.1-mini"]],
    ["claude-sonet-4.5", ["claude-sonnet-4-5"]],
    ["something-else-entirely", []],
    ["", []],
  ])("%s → %j", (wanted, expected) => {
    expect([...nearestNames(wanted, names)].sort()).toEqual(expected);
  });

  it("answers quickly whatever is asked", () => {
    const many = Array.from({ length: 1_000 }, (_, index) => `model-${index}`);
    expect(nearestNames("x".repeat(1_000_000), many)).toEqual([]);
  });
});
