import { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { callerNotes, noNotes } from "@/lib/gateway/caller-notes";

const read = (headers: Record<string, string>) =>
  callerNotes(
    Object.assign(Object.create(IncomingMessage.prototype) as IncomingMessage, { headers }),
  );
const meta = (value: unknown) =>
  read({ "x-bellwether-metadata": typeof value === "string" ? value : JSON.stringify(value) });

describe("what a caller says of its call", () => {
  it("is nothing without its headers", () => {
    expect(read({})).toEqual(noNotes);
    expect(meta("")).toEqual(noNotes);
  });

  it("is a small object of strings", () => {
    const most = Object.fromEntries(
      Array.from({ length: 16 }, (_, index) => [`${"k".repeat(62)}${index}`, "v".repeat(256)]),
    );
    expect(meta({ user: "u1" })).toEqual({ metadata: { user: "u1" }, isQuiet: false });
    expect(meta(most).metadata).toEqual(most);
  });

  it.each([
    ["no JSON", "{"],
    ["a list", ["a"]],
    ["null", null],
    ["an empty object", {}],
    ["a number", { a: 1 }],
    ["a nested object", { a: {} }],
    ["a long name", { ["k".repeat(65)]: "v" }],
    ["a long value", { k: "v".repeat(257) }],
    ["too many", Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`k${index}`, "v"]))],
  ])("%s is refused with the bounds", (_name, value) => {
    expect(() => meta(value)).toThrow(
      /1 to 16 strings, names of at most 64 and values of at most 256/,
    );
  });

  it.each([
    ["1", true],
    ["true", true],
    ["0", false],
    ["false", false],
    ["", false],
  ])("x-bellwether-no-log: %s keeps words out of the log: %s", (value, isQuiet) => {
    const notes = read({ "x-bellwether-no-log": value, "x-bellwether-metadata": '{"user":"u1"}' });
    expect(notes).toEqual({ metadata: isQuiet ? null : { user: "u1" }, isQuiet });
  });
});
