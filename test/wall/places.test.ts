import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { paceAt, places, wallCatalog } from "@/lib/wall/catalog";
import { startWall, type Wall } from "@/lib/wall/server";
import { chat, completion, errorOf, listModels } from "./client";

let wall: Wall;

beforeAll(async () => {
  wall = await startWall({ latencyScale: 0 });
});

afterAll(() => wall.close());

describe("the catalogue", () => {
  it("makes us-east at least 40 % faster to the first token than the other regions", () => {
    const alpha = places.filter(({ provider }) => provider.id === "alpha");
    for (const model of wallCatalog.models) {
      const [usEast = Infinity, ...others] = alpha.map((place) => paceAt(place, model).ttftMs);
      expect(alpha[0]?.region.id).toBe("us-east");
      expect(usEast).toBeLessThanOrEqual(0.6 * Math.min(...others));
    }
  });

  it("gives each model its own latency, speed and prices", () => {
    for (const field of [
      "ttftMs",
      "tokensPerSecond",
      "inputUsdPerMTok",
      "outputUsdPerMTok",
    ] as const) {
      expect(new Set(wallCatalog.models.map((model) => model[field])).size).toBe(4);
    }
  });
});

describe("the region", () => {
  const seenAs = async (headers: Record<string, string>, url?: string): Promise<unknown> => {
    const response = await chat(wall, {}, { headers, ...(url && { url }) });
    await completion(response);
    const { provider, region } = wall.attempts().at(-1) ?? {};
    expect(response.headers["x-region"]).toBe(region);
    return `${provider}:${region}`;
  };

  it("is us-east by default and follows X-Region", async () => {
    expect(await seenAs({})).toBe("alpha:us-east");
    expect(await seenAs({ "x-region": "eu-west" })).toBe("alpha:eu-west");
    expect(await seenAs({ "X-Region": "AP-South" })).toBe("alpha:ap-south");
  });

  it("follows the path before the header", async () => {
    const url = wall.baseUrl("alpha", "ap-south");
    expect(await seenAs({}, url)).toBe("alpha:ap-south");
    expect(await seenAs({ "x-region": "eu-west" }, url)).toBe("alpha:ap-south");
  });

  it("is global at beta, whatever the header says", async () => {
    expect(await seenAs({ "x-region": "eu-west" }, wall.baseUrl("beta"))).toBe("beta:global");
  });

  it("is refused with 400 when unknown, by header and by path", async () => {
    const byHeader = await chat(wall, {}, { headers: { "x-region": "mars" } });
    const byPath = await listModels(wall, { url: `${wall.url}/alpha/mars/v1` });
    for (const response of [byHeader, byPath]) {
      expect(response.statusCode).toBe(400);
      const error = await errorOf(response);
      expect(error.code).toBe("unknown_region");
      expect(error.message).toContain("us-east, eu-west, ap-south");
    }
  });
});

describe("the model list", () => {
  it("has OpenAI's shape and is journalled with its region", async () => {
    const response = await listModels(wall, { headers: { "x-region": "eu-west" } });
    expect(await response.body.json()).toMatchObject({
      object: "list",
      data: [
        { id: "gpt-4.1", object: "model", owned_by: "alpha" },
        { id: "claude-sonnet-4-5" },
        { id: "gemini-2.5-flash" },
        { id: "deepseek-v3" },
      ],
    });
    expect(wall.attempts().at(-1)).toMatchObject({
      kind: "models",
      region: "eu-west",
      model: null,
    });
  });

  it("shows one model by its id", async () => {
    const headers = { authorization: `Bearer ${wall.key}` };
    const known = await fetch(`${wall.baseUrl("beta")}/models/deepseek-v3`, { headers });
    expect(await known.json()).toMatchObject({ id: "deepseek-v3", owned_by: "beta" });
    const unknown = await fetch(`${wall.baseUrl("beta")}/models/gpt-0`, { headers });
    expect(unknown.status).toBe(404);
  });
});
