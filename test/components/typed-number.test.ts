import { describe, expect, it } from "vitest";
import { typedNumber } from "@/components/lib/typed-number";

describe("a number that somebody typed", () => {
  it.each([
    ["", null],
    ["  ", null],
    [" 12.5 ", 12.5],
    ["1,390", 1_390],
    ["1,047,576.5", 1_047_576.5],
    ["-5", -5],
  ])("is read: %j", (typed, value) => {
    expect(typedNumber(typed)).toBe(value);
  });

  it.each(["2,50", "0,5", "1,0000", "1,390,5", "many", "1 000", "1e999", "$5"])(
    "is left for the server to refuse, and never another number: %j",
    (typed) => {
      expect(typedNumber(typed)).toBe(-1);
    },
  );
});
