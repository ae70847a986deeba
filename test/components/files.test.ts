import { describe, expect, it } from "vitest";
import { callsCsv } from "@/components/calls/calls-csv";
import { changesCsv } from "@/components/changes/changes-csv";
import { flowed, wrapped } from "@/components/charts/picture-layout";
import { fileName } from "@/components/charts/save-file";
import { type Change } from "@/lib/shared/contract";
import { call, now } from "./fixtures";
import { wordsOf } from "./words";

const { f, say } = wordsOf("en");
const rowsOf = (csv: string): string[][] =>
  csv
    .trimEnd()
    .split("\r\n")
    .map((line) => line.split(","));

describe("a table as a file", () => {
  it("has a line for each call, with its cost in dollars and an empty cell for what is not known", () => {
    const served = call({ id: "a", startedAt: now, costNanoUsd: 1_320_000, ttftMs: null });
    const [head, row] = rowsOf(callsCsv([served]));
    const cell = (name: string) => row?.[head?.indexOf(name) ?? -1];
    expect(cell("time_utc")).toBe("2026-11-23T05:32:00.000Z");
    expect(cell("cost_usd")).toBe("0.00132");
    expect(cell("ttft_ms")).toBe("");
    expect(row).toHaveLength(head?.length ?? 0);
  });

  it("tells who changed what, people and the healer alike", () => {
    const person: Change = {
      id: "r:7",
      at: now,
      kind: "switch",
      actor: { type: "operator", name: "minji" },
      revision: 7,
      reason: "it is slow",
      summary: {
        type: "switch",
        objectType: "model",
        objectId: "gpt-4.1",
        from: "enabled",
        to: "draining",
      },
      lines: [],
      lineCount: 0,
      reverts: null,
      revertable: true,
    };
    const healer: Change = {
      ...person,
      id: "h:1",
      kind: "health",
      actor: { type: "healer", name: "healer" },
      revision: null,
      reason: null,
      summary: {
        type: "health",
        target: "acme:us-east:gpt-4.1",
        provider: "acme",
        model: "gpt-4.1",
        region: "us-east",
        from: "closed",
        to: "open",
        reason: "server_error",
      },
    };
    const [, first, second] = rowsOf(changesCsv([person, healer], { say, f, nowMs: now }));
    expect(first?.slice(1)).toEqual([
      ...["7", "switch", "operator", "minji"],
      ...["turned off gpt-4.1", "", "it is slow", ""],
    ]);
    expect(second?.slice(2)).toEqual([
      ...["health", "healer", "healer"],
      ...[say({ key: "feed.to.open" }), "acme:us-east:gpt-4.1", "server_error", ""],
    ]);
  });

  it("is named by what it is and when, in letters that every file system takes", () => {
    expect(fileName("outcome", now, "png")).toBe("outcome-2026-11-23T05-32.png");
  });
});

describe("the words of a picture", () => {
  it("flow into lines that are no wider than it", () => {
    expect(flowed([40, 40, 40], 10, 100)).toEqual([
      { x: 0, line: 0 },
      { x: 50, line: 0 },
      { x: 0, line: 1 },
    ]);
    // What is too wide stands alone.
    expect(flowed([300, 40], 10, 100)).toEqual([
      { x: 0, line: 0 },
      { x: 0, line: 1 },
    ]);
    expect(flowed([], 10, 100)).toEqual([]);
  });

  it("break between words, and never inside of one", () => {
    const measure = (text: string): number => text.length;
    expect(wrapped("how often was there an answer", 10, measure)).toEqual([
      "how often",
      "was there",
      "an answer",
    ]);
    expect(wrapped("incomprehensibilities", 5, measure)).toEqual(["incomprehensibilities"]);
  });
});
