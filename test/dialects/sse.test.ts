import { describe, expect, it } from "vitest";
import { sseParser } from "@/lib/dialects/sse";

function dataOf(pieces: readonly Buffer[]): string[] {
  const events: string[] = [];
  const parser = sseParser((data) => events.push(data));
  pieces.forEach((piece) => {
    parser.push(piece);
  });
  parser.end();
  return events;
}

describe("sseParser", () => {
  it.each([
    ["line feeds", 'data: {"a":"é🔔"}\n\n: comment\n\ndata: two\ndata: lines\n\ndata: last'],
    [
      "carriage returns",
      'data: {"a":"é🔔"}\r\n\r\n: comment\r\n\r\ndata: two\r\ndata: lines\r\n\r\ndata: last',
    ],
  ])("tells the same events wherever a body with %s is split", (_, body) => {
    const bytes = Buffer.from(body);
    const whole = dataOf([bytes]);
    expect(whole).toEqual(['{"a":"é🔔"}', "two\nlines", "last"]);
    for (let at = 1; at < bytes.length; at += 1) {
      expect(dataOf([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(whole);
    }
    expect(dataOf([...bytes].map((byte) => Buffer.from([byte])))).toEqual(whole);
  });

  it("counts what waits for its end, and lets go of what was told", () => {
    const parser = sseParser(() => undefined);
    parser.push(Buffer.from("data: x"));
    parser.push(Buffer.from("yz"));
    expect(parser.pendingBytes()).toBe(9);
    parser.push(Buffer.from("\n\nda"));
    expect(parser.pendingBytes()).toBe(2);
  });

  it("takes time in proportion to an event's length, not to its square", () => {
    const piece = Buffer.from("x".repeat(1_024));
    const timeOf = (pieces: number): number => {
      const startedMs = performance.now();
      expect(dataOf([Buffer.from("data: "), ...Array<Buffer>(pieces).fill(piece)])[0]).toHaveLength(
        pieces * 1_024,
      );
      return performance.now() - startedMs;
    };
    // The quickest of several: a busy machine makes single ones slow.
    const quickest = (pieces: number): number =>
      Math.min(...Array.from({ length: 5 }, () => timeOf(pieces)));
    timeOf(500);
    // Sixteen times as long: 256 times the work if all of it were searched for every piece.
    expect(quickest(16_000)).toBeLessThan(quickest(1_000) * 80 + 200);
  });
});
