import { describe, expect, it, test } from "vitest";
import { type Reader, metricsAccess } from "@/lib/gateway/metrics/endpoint";

const token = "a-token-of-more-than-16";
const local: Reader = { remoteAddress: "127.0.0.1", headers: { host: "127.0.0.1:4000" } };

function reader(over: Partial<Reader> & { headers?: Reader["headers"] }): Reader {
  return { ...local, ...over, headers: { ...local.headers, ...over.headers } };
}

describe("without a token", () => {
  test.each<[string, Reader, string]>([
    ["this machine", local, "granted"],
    [
      "this machine by IPv6",
      reader({ remoteAddress: "::1", headers: { host: "[::1]:4000" } }),
      "granted",
    ],
    ["this machine by a mapped address", reader({ remoteAddress: "::ffff:127.0.0.1" }), "granted"],
    ["this machine by name", reader({ headers: { host: "localhost:4000" } }), "granted"],
    ["another machine", reader({ remoteAddress: "10.0.0.7" }), "hidden"],
    ["a connection that is gone", reader({ remoteAddress: undefined }), "hidden"],
    ["a page whose name leads here", reader({ headers: { host: "evil.example:4000" } }), "hidden"],
    [
      "somebody behind a proxy",
      reader({ headers: { "x-forwarded-for": "203.0.113.9" } }),
      "hidden",
    ],
    [
      "… that says so in the standard's way",
      reader({ headers: { forwarded: "for=203.0.113.9" } }),
      "hidden",
    ],
    [
      "a guess",
      reader({ remoteAddress: "10.0.0.7", headers: { authorization: "Bearer x" } }),
      "hidden",
    ],
  ])("%s: %j → %s", (_, who, access) => {
    expect(metricsAccess(who, undefined)).toBe(access);
  });
});

describe("with a token", () => {
  test.each<[string, string | undefined, string]>([
    ["the token", `Bearer ${token}`, "granted"],
    ["another one", "Bearer a-token-of-more-than-17", "refused"],
    ["a part of it", `Bearer ${token.slice(0, -1)}`, "refused"],
    ["nothing", undefined, "hidden"],
    ["something else", `Basic ${token}`, "hidden"],
  ])("%s: %s → %s", (_, authorization, access) => {
    const headers = { ...local.headers, ...(authorization !== undefined && { authorization }) };
    expect(metricsAccess({ remoteAddress: "203.0.113.9", headers }, token)).toBe(access);
  });

  it("is the only way in, because a proxy on this machine makes everybody local", () => {
    expect(metricsAccess(local, token)).toBe("hidden");
  });
});
