import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Chunk, readChunk } from "@/lib/gateway/spool/chunk";
import {
  frameBoundBytes,
  frameHeaderBytes,
  readFrame,
  writeFrame,
} from "@/lib/gateway/spool/frame";

const frameOf = (json: string, kind: "begin" | "end" = "end"): Buffer => {
  const into = Buffer.alloc(frameBoundBytes(json));
  return into.subarray(0, writeFrame(into, 0, kind, json));
};
const read = (bytes: Buffer, isLast: boolean, mostEnds: number): Chunk =>
  readChunk(bytes, { isLast, mostEnds, begins: true });
const segmentOf = (texts: readonly string[]): Buffer =>
  Buffer.concat(texts.map((text) => frameOf(text)));
const textsOf = (bytes: Buffer, isLast = true): string[] =>
  read(bytes, isLast, 1_000).records.map(({ json }) => json.toString());
const texts = ['{"a":"하나"}', '{"b":2}', '{"c":"three"}', '{"d":"😀"}'];

describe("a segment", () => {
  it("gives back what was written, in order", () => {
    fc.assert(
      fc.property(fc.array(fc.json()), (written) => {
        expect(textsOf(segmentOf(written))).toEqual(written);
      }),
    );
  });

  it("cut off anywhere gives all whole records and calls the rest torn", () => {
    const bytes = segmentOf(texts);
    for (let length = 0; length <= bytes.length; length += 1) {
      const chunk = read(bytes.subarray(0, length), true, 1_000);
      const whole = chunk.records.length;
      const wholeBytes = segmentOf(texts.slice(0, whole)).length;
      expect(chunk.records.map(({ json }) => json.toString())).toEqual(texts.slice(0, whole));
      expect(wholeBytes + chunk.tornBytes).toBe(length);
      expect(segmentOf(texts.slice(0, whole + 1)).length).toBeGreaterThan(
        length - (whole === 4 ? 1 : 0),
      );
      expect(chunk.damagedBytes).toBe(0);
    }
  });

  it("with one wrong byte anywhere loses one record and no other", () => {
    const bytes = segmentOf(texts);
    for (let at = 0; at < bytes.length; at += 1) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ 0x41;
      const chunk = read(damaged, true, 1_000);
      const left = chunk.records.map(({ json }) => json.toString());
      expect(left).toHaveLength(3);
      expect(texts.filter((text) => left.includes(text))).toEqual(left);
      expect(chunk.damagedBytes + chunk.tornBytes).toBeGreaterThan(0);
    }
  });

  it("with garbage between records is read on behind it, whatever the garbage is", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (garbage) => {
        const bytes = Buffer.concat([frameOf("1"), garbage, frameOf("2")]);
        const chunk = read(bytes, true, 1_000);
        expect(chunk.records.map(({ json }) => json.toString())).toEqual(["1", "2"]);
        expect(chunk.damagedBytes).toBe(garbage.length);
      }),
    );
  });

  it("that ends in zeros, as after a power cut, is torn and not damaged", () => {
    const bytes = Buffer.concat([frameOf("1"), Buffer.alloc(5_000)]);
    expect(read(bytes, true, 10)).toMatchObject({ damagedBytes: 0, tornBytes: 5_000 });
  });

  it("is read piece by piece as well, and asks for more where a record is longer than the piece", () => {
    const bytes = segmentOf(texts);
    const pieces: string[] = [];
    let at = 0;
    let length = 3;
    while (at < bytes.length) {
      const isLast = at + length >= bytes.length;
      const chunk = read(bytes.subarray(at, at + length), isLast, 1_000);
      pieces.push(...chunk.records.map(({ json }) => json.toString()));
      at += chunk.consumed;
      length = chunk.consumed === 0 ? Math.max(chunk.neededBytes, frameHeaderBytes) : 3;
      expect(chunk.damagedBytes).toBe(0);
    }
    expect(pieces).toEqual(texts);
  });

  it("gives no more ended calls than asked for", () => {
    const chunk = read(segmentOf(texts), true, 2);
    expect(chunk.records).toHaveLength(2);
    expect(chunk.consumed).toBe(segmentOf(texts.slice(0, 2)).length);
  });
});

it("a record of another kind with the same bytes is damage", () => {
  const bytes = frameOf("1", "begin");
  bytes[1] = frameOf("1", "end")[1] ?? 0;
  expect(readFrame(bytes, 0)).toEqual({ kind: "bad" });
});
