import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startWall, type Wall } from "@/lib/wall/server";
import { chat, completion, failureCode, listModels } from "./client";

let wall: Wall;

beforeAll(async () => {
  wall = await startWall({ latencyScale: 0, regionPorts: true });
});

afterEach(() => wall.clearFaults());
afterAll(() => wall.close());

interface ControlBody {
  ids: string[];
  faults: Record<string, unknown>[];
  attempts: { seq: number }[];
  last_seq: number;
  error: { message: string };
}

async function control(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: ControlBody }> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const response = await fetch(`${wall.url}/_wall/${path}`, {
    method,
    headers,
    ...(body !== undefined && { body: text }),
  });
  return { status: response.status, body: (await response.json()) as ControlBody };
}

describe("faults over HTTP", () => {
  it("are added one or many at a time, listed with what is left, and removed", async () => {
    const one = await control("POST", "faults", { kind: "status", status: 500, count: 2 });
    const many = await control("POST", "faults", [{ kind: "quota" }, { kind: "silent" }]);
    expect([one.status, many.status]).toEqual([201, 201]);
    expect([one.body.ids.length, many.body.ids.length]).toEqual([1, 2]);
    expect((await chat(wall)).statusCode).toBe(500);
    const { body } = await control("GET", "faults");
    expect(body.faults).toHaveLength(3);
    expect(body.faults[0]).toMatchObject({
      id: one.body.ids[0] ?? "",
      kind: "status",
      provider: "*",
      region: "*",
      model: "*",
      on: "any",
      probability: 1,
      remaining: 1,
      hits: 1,
      until: null,
    });
    expect((await control("DELETE", `faults/${one.body.ids[0] ?? ""}`)).body).toEqual({
      removed: 1,
    });
    expect((await control("DELETE", "faults/f0")).status).toBe(404);
    expect((await control("DELETE", "faults")).body).toEqual({ removed: 2 });
    await completion(await chat(wall));
  });

  it.each<[string, unknown, string]>([
    ["an unknown kind", { kind: "explode" }, "kind"],
    ["a field that the kind does not have", { kind: "quota", ms: 5 }, "ms"],
    ["a missing field", { kind: "status" }, "status"],
    ["a status out of range", { kind: "status", status: 99 }, "status"],
    ["a probability above 1", { kind: "quota", probability: 2 }, "probability"],
    ["an unknown model", { kind: "quota", model: "gpt-0" }, "model"],
    ["an unknown region", { kind: "quota", region: "mars" }, "region"],
    ["two ends", { kind: "quota", until: 5, for_ms: 5 }, "for_ms"],
    ["slow_tokens without a measure", { kind: "slow_tokens" }, "ms"],
    ["a content fault on model lists", { kind: "cut", on: "models" }, "on"],
    ["a count for a listener", { kind: "listen", count: 1 }, "count"],
    ["text that is not JSON", "{", "JSON"],
    ["a number", 5, "object"],
  ])("refuse %s with 400 and the reason", async (_, body, hint) => {
    const answer = await control("POST", "faults", body);
    expect(answer.status).toBe(400);
    expect(answer.body.error.message).toContain(hint);
  });

  it("stand all or none", async () => {
    const answer = await control("POST", "faults", [{ kind: "quota" }, { kind: "explode" }]);
    expect(answer.status).toBe(400);
    expect((await control("GET", "faults")).body.faults).toEqual([]);
  });
});

describe("the rest of the control API", () => {
  it("pages through attempts and clears them", async () => {
    await control("DELETE", "attempts");
    for (let i = 0; i < 3; i += 1) {
      await completion(await chat(wall));
    }
    const { body: first } = await control("GET", "attempts?limit=2");
    expect(first.attempts).toHaveLength(2);
    const since = first.attempts[1]?.seq ?? 0;
    const { body: rest } = await control("GET", `attempts?since=${since}`);
    expect(rest.attempts).toHaveLength(1);
    expect(rest.last_seq).toBe(since + 1);
    await control("DELETE", "attempts");
    expect((await control("GET", "attempts")).body.attempts).toEqual([]);
    expect((await control("GET", "attempts?limit=x")).status).toBe(400);
  });

  it("reports health and sets the latency scale", async () => {
    expect((await control("PATCH", "settings", { latency_scale: 0.5 })).status).toBe(200);
    expect((await control("GET", "health")).body).toMatchObject({
      status: "ok",
      latency_scale: 0.5,
      in_flight: 0,
    });
    expect((await control("PATCH", "settings", { latency_scale: -1 })).status).toBe(400);
    expect((await control("PATCH", "settings", { speed: 1 })).status).toBe(400);
    wall.setLatencyScale(0);
  });

  it("answers 404 elsewhere and turns browsers away", async () => {
    expect((await control("GET", "nothing")).status).toBe(404);
    const fromPage = await control(
      "POST",
      "faults",
      { kind: "quota" },
      { origin: "http://x.test" },
    );
    expect(fromPage.status).toBe(403);
  });
});

describe("dedicated ports", () => {
  const url = (): string => wall.baseUrl("alpha", "eu-west");

  it("serve their region, each on its own", async () => {
    await completion(await chat(wall, {}, { url: url() }));
    expect(wall.attempts().at(-1)?.region).toBe("eu-west");
    const ports = [
      wall.port,
      wall.regionPort("alpha"),
      wall.regionPort("alpha", "eu-west"),
      wall.regionPort("alpha", "ap-south"),
      wall.regionPort("beta"),
    ];
    expect(new Set(ports).size).toBe(5);
  });

  it("refuse connections while closed, and serve again on the same port", async () => {
    await wall.closeListener("alpha", "eu-west");
    expect(await failureCode(chat(wall, {}, { url: url() }))).toBe("ECONNREFUSED");
    await completion(await chat(wall, {}, { url: wall.baseUrl("alpha", "us-east") }));
    await wall.openListener("alpha", "eu-west");
    await completion(await chat(wall, {}, { url: url() }));
  });

  it("break the calls in flight when they close", async () => {
    wall.fault({ kind: "silent", count: 1 });
    const asked = failureCode(chat(wall, {}, { url: url() }));
    const { seq = 0 } = wall.attempts().at(-1) ?? {};
    while (wall.attempts({ since: seq }).length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await wall.closeListener("alpha", "eu-west");
    expect(await asked).toMatch(/UND_ERR_SOCKET|ECONNRESET/);
    expect(wall.attempts().at(-1)?.client_closed_at).toBeNull();
    await wall.openListener("alpha", "eu-west");
  });

  it("obey listen faults over HTTP until they are removed", async () => {
    const added = await control("POST", "faults", { kind: "listen", provider: "alpha" });
    expect(added.status).toBe(201);
    expect(await failureCode(listModels(wall, { url: url() }))).toBe("ECONNREFUSED");
    expect((await listModels(wall, { url: wall.baseUrl("beta", "global") })).statusCode).toBe(200);
    await control("DELETE", `faults/${added.body.ids[0] ?? ""}`);
    expect((await listModels(wall, { url: url() })).statusCode).toBe(200);
  });

  it("open again when a listen fault's time is over", async () => {
    wall.fault({ kind: "listen", provider: "alpha", region: "eu-west", for_ms: 50 });
    expect(await failureCode(listModels(wall, { url: url() }))).toBe("ECONNREFUSED");
    const untilMs = Date.now() + 5_000;
    let code = "ECONNREFUSED";
    while (code !== "none" && Date.now() < untilMs) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      code = await failureCode(listModels(wall, { url: url() }));
    }
    expect(code).toBe("none");
  });

  it("are a 400 for a wall that has none", async () => {
    const other = await startWall({ latencyScale: 0 });
    expect(() => other.fault({ kind: "listen" })).toThrow("regionPorts");
    expect(() => other.regionPort("alpha")).toThrow("regionPorts");
    const response = await fetch(`${other.url}/_wall/faults`, {
      method: "POST",
      body: '{"kind":"listen"}',
    });
    expect(response.status).toBe(400);
    await other.close();
  });
});
