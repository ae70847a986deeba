import { describe, expect, it } from "vitest";
import { authorize } from "@/lib/control/authorize";
import { isGatewayError } from "@/lib/shared/errors";

const local = { adminToken: undefined, publicUrl: undefined };
const hosted = {
  adminToken: "a-token-of-16-chars-or-more",
  publicUrl: "https://bellwether.example",
};

function verdict(
  method: string,
  headers: Record<string, string>,
  access: Parameters<typeof authorize>[1] = local,
): string {
  try {
    return authorize({ method, headers: new Headers(headers) }, access).name;
  } catch (error) {
    return isGatewayError(error) ? error.code : String(error);
  }
}

const host = "127.0.0.1:3000";

describe("who may ask", () => {
  it.each([
    "127.0.0.1:3000",
    "localhost:3000",
    "LOCALHOST",
    "[::1]:3000",
    "127.8.8.8",
    "a.localhost:1",
  ])("the operator at this machine: Host %s", (name) => {
    expect(verdict("GET", { host: name })).toBe("local operator");
  });

  it.each([
    "evil.example",
    "127.0.0.1.evil.example",
    "localhost.evil.example:3000",
    "evil.example:80@127.0.0.1",
    "127.0.0.1:3000, evil.example",
    "192.168.1.5:3000",
    "0.0.0.0:3000",
    "[::2]",
    "::1",
    "",
    "bellwether.example",
  ])("nobody under another name: Host %j", (name) => {
    expect(verdict("GET", { host: name })).toBe("forbidden");
    expect(verdict("GET", {})).toBe("forbidden");
  });

  it("PUBLIC_URL's own host, and only with its port", () => {
    expect(verdict("GET", { host: "bellwether.example" }, hosted)).toBe("local operator");
    expect(verdict("GET", { host: "bellwether.example:443" }, hosted)).toBe("local operator");
    expect(verdict("GET", { host: "bellwether.example:8443" }, hosted)).toBe("forbidden");
  });
});

describe("who may change", () => {
  it.each<[string, Record<string, string>]>([
    ["a script", { host }],
    ["our page", { host, origin: "http://127.0.0.1:3000", "sec-fetch-site": "same-origin" }],
    ["the address bar", { host, "sec-fetch-site": "none" }],
  ])("%s", (_name, headers) => {
    expect(verdict("PATCH", headers)).toBe("local operator");
  });

  it.each<[string, Record<string, string>]>([
    ["another site", { host, origin: "https://evil.example" }],
    ["another port of this machine", { host, origin: "http://127.0.0.1:8080" }],
    ["a sandboxed frame", { host, origin: "null" }],
    ["nonsense", { host, origin: "http://" }],
    ["another site by fetch metadata", { host, "sec-fetch-site": "cross-site" }],
    ["a sibling by fetch metadata", { host, "sec-fetch-site": "same-site" }],
    [
      "another site that forges half of it",
      { host, origin: "http://127.0.0.1:3000", "sec-fetch-site": "cross-site" },
    ],
  ])("not %s", (_name, headers) => {
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      expect(verdict(method, headers)).toBe("forbidden");
    }
  });

  it("a page at PUBLIC_URL behind a proxy that rewrites Host", () => {
    const headers = { host, origin: "https://bellwether.example" };
    expect(verdict("PATCH", headers, hosted)).toBe("local operator");
    expect(verdict("PATCH", headers)).toBe("forbidden");
  });
});

describe("the operator token", () => {
  it("is the admin, under any name", () => {
    const headers = { host: "dash.internal", authorization: `Bearer ${hosted.adminToken}` };
    expect(verdict("PATCH", headers, hosted)).toBe("admin token");
  });

  it.each(["Bearer wrong", "Bearer ", "bearer a-token-of-16-chars-or-morE", "Bearer undefined"])(
    "%j is refused, even from this machine and even when none is set",
    (authorization) => {
      expect(verdict("GET", { host, authorization }, hosted)).toBe("unauthorized");
      expect(verdict("GET", { host, authorization })).toBe("unauthorized");
    },
  );
});
