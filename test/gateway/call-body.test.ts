import { describe, expect, it } from "vitest";
import { autoRoute, defaultLimits } from "@/lib/config/compile-routes";
import type { Route } from "@/lib/core/types";
import { CallBody, beginBody, cut, maxBodyBytes } from "@/lib/gateway/call-body";
import { bodyPlace, createSealer } from "@/lib/shared/sealed";
import { uuidV7 } from "@/lib/shared/uuid";

const sealer = createSealer("a password");
const id = uuidV7(1_000);
const endedWallMs = Date.parse("2026-11-26T10:00:00Z");

function opened(body: CallBody): { request?: string; answer?: string } {
  const { request, answer } = body.record(id, endedWallMs, sealer);
  const open = (side: "request" | "answer", text: string | null) =>
    sealer.open(text ?? "", bodyPlace(id, side));
  const words = { request: open("request", request), answer: open("answer", answer) };
  return Object.fromEntries(Object.entries(words).filter(([, text]) => text !== undefined));
}

describe("the body of a call", () => {
  const bare: Route = { id: autoRoute, kind: "route", entries: [], limits: defaultLimits };
  const keeping: Route = { ...bare, keepBodiesHours: 72 };
  const quiet = { metadata: null, isQuiet: true };
  const loud = { metadata: null, isQuiet: false };

  it("is kept where the route says so and the caller does not say no", () => {
    const request = Buffer.from("{}");
    expect(beginBody(keeping, loud, request)).not.toBeNull();
    expect(beginBody(keeping, quiet, request)).toBeNull();
    expect(beginBody(bare, loud, request)).toBeNull();
    expect(beginBody(bare, quiet, request)).toBeNull();
  });

  it("is what came in and what went out, in one piece or word by word, until its time is over", () => {
    const plain = new CallBody(72, Buffer.from("sent"));
    plain.answered(Buffer.from("got"));
    expect(opened(plain)).toEqual({ request: "sent", answer: "got" });
    const streamed = new CallBody(1, Buffer.from("sent"));
    ["g", "o", "t 서울"].forEach((text) => {
      streamed.told(text);
    });
    expect(opened(streamed)).toEqual({ request: "sent", answer: "got 서울" });
    expect(plain.record(id, endedWallMs, sealer).expires_at).toBe("2026-11-29T10:00:00.000Z");
    expect(streamed.record(id, endedWallMs, sealer)).toMatchObject({
      call_id: id,
      expires_at: "2026-11-26T11:00:00.000Z",
      request_missing_bytes: 0,
      answer_missing_bytes: 0,
    });
  });

  it("without an answer says so", () => {
    const record = new CallBody(1, Buffer.from("sent")).record(id, endedWallMs, sealer);
    expect(record).toMatchObject({ answer: null, answer_missing_bytes: 0 });
  });

  it("opens neither for another call nor as the other side of its own", () => {
    const body = new CallBody(1, Buffer.from("sent"));
    body.answered("got");
    const { request, answer } = body.record(id, endedWallMs, sealer);
    expect(`${request}${answer ?? ""}`).not.toMatch(/sent|got/);
    expect(sealer.open(request, bodyPlace(uuidV7(1_001), "request"))).toBeUndefined();
    expect(sealer.open(request, bodyPlace(id, "answer"))).toBeUndefined();
    expect(sealer.open(answer ?? "", bodyPlace(id, "request"))).toBeUndefined();
  });

  it("is cut at its bound and says how many bytes are missing, in one piece as in many", () => {
    const long = "a".repeat(maxBodyBytes + 1_000);
    const plain = new CallBody(1, Buffer.from(long));
    plain.answered(`${long}b`);
    expect(plain.record(id, endedWallMs, sealer)).toMatchObject({
      request_missing_bytes: 1_000,
      answer_missing_bytes: 1_001,
    });
    expect(opened(plain).answer).toHaveLength(maxBodyBytes);
    const streamed = new CallBody(1, Buffer.from(""));
    for (let piece = 0; piece < 30_000; piece += 1) {
      streamed.told("서울 has bells");
    }
    const bytes = Buffer.byteLength("서울 has bells") * 30_000;
    const kept = Buffer.byteLength(opened(streamed).answer ?? "");
    expect(kept).toBeLessThanOrEqual(maxBodyBytes);
    expect(kept).toBeGreaterThan(maxBodyBytes - 4);
    expect(streamed.record(id, endedWallMs, sealer).answer_missing_bytes).toBe(bytes - kept);
  });

  it("is said to take at least what its record takes", () => {
    for (const answer of ["", "got", "서울".repeat(1_000), "a".repeat(2 * maxBodyBytes)]) {
      const body = new CallBody(1, Buffer.alloc(2 * maxBodyBytes, "r"));
      body.answered(answer);
      const json = JSON.stringify(body.record(id, endedWallMs, sealer));
      expect(body.boundBytes).toBeGreaterThanOrEqual(json.length);
    }
  });
});

describe("a cut", () => {
  it.each([0, 1, 2, 3])("leaves no half of a character, %i bytes before it", (before) => {
    const text = "x".repeat(before) + "🔔".repeat(maxBodyBytes / 4);
    for (const form of [text, Buffer.from(text)]) {
      const { kept, missingBytes } = cut(form);
      expect(kept.length).toBeLessThanOrEqual(maxBodyBytes);
      expect(kept.length + missingBytes).toBe(Buffer.byteLength(text));
      expect(text.startsWith(kept.toString())).toBe(true);
    }
  });

  it("takes nothing from what fits", () => {
    const text = "x".repeat(maxBodyBytes);
    const { kept, missingBytes } = cut(text);
    expect(kept.toString() === text).toBe(true);
    expect(missingBytes).toBe(0);
  });
});
