const models = [
  {
    id: "gpt-4.1",
    upstreamModel: "gpt-4.1",
    name: "GPT-4.1",
    ttftMs: 60,
    tokensPerSecond: 400,
    inputUsdPerMTok: 2,
    outputUsdPerMTok: 8,
    cachedInputUsdPerMTok: 0.5,
    contextTokens: 1_047_576,
    maxOutputTokens: 32_768,
    prefill: false,
    reasoning: false,
  },
  {
    id: "claude-sonnet-4-5",
    upstreamModel: "claude-sonnet-4-5",
    name: "Claude Sonnet 4.5",
    ttftMs: 90,
    tokensPerSecond: 300,
    inputUsdPerMTok: 3,
    outputUsdPerMTok: 15,
    cachedInputUsdPerMTok: 0.3,
    contextTokens: 200_000,
    maxOutputTokens: 64_000,
    prefill: true,
    reasoning: true,
  },
  {
    id: "gemini-2.5-flash",
    upstreamModel: "gemini-2.5-flash",
    name: "Gemini 2.5 Flash",
    ttftMs: 40,
    tokensPerSecond: 600,
    inputUsdPerMTok: 0.3,
    outputUsdPerMTok: 2.5,
    cachedInputUsdPerMTok: 0.03,
    contextTokens: 1_048_576,
    maxOutputTokens: 65_536,
    prefill: false,
    reasoning: true,
  },
  {
    id: "deepseek-v3",
    upstreamModel: "deepseek-v3",
    name: "DeepSeek V3",
    ttftMs: 110,
    tokensPerSecond: 220,
    inputUsdPerMTok: 0.28,
    outputUsdPerMTok: 0.42,
    cachedInputUsdPerMTok: 0.028,
    contextTokens: 131_072,
    maxOutputTokens: 8_192,
    prefill: true,
    reasoning: false,
  },
] as const;

// A region's factor multiplies a model's time to first token. 1 / 1.8 makes us-east 44 % faster.
const providers = [
  {
    id: "alpha",
    name: "Alpha",
    basePath: "/alpha/v1",
    regionHeader: "X-Region",
    tokenSpeedRatio: 1,
    regions: [
      { id: "us-east", name: "US East", basePath: "/alpha/us-east/v1", latencyFactor: 1 },
      { id: "eu-west", name: "EU West", basePath: "/alpha/eu-west/v1", latencyFactor: 1.8 },
      { id: "ap-south", name: "AP South", basePath: "/alpha/ap-south/v1", latencyFactor: 2.6 },
    ],
  },
  {
    id: "beta",
    name: "Beta",
    basePath: "/beta/v1",
    regionHeader: null,
    tokenSpeedRatio: 0.8,
    regions: [{ id: "global", name: "Global", basePath: "/beta/v1", latencyFactor: 2.2 }],
  },
] as const;

/** What the wall serves: providers with their regions, and the models that each of them offers. */
export const wallCatalog = { providers, models } as const;

export type WallProvider = (typeof providers)[number];
export type WallProviderId = WallProvider["id"];
export type WallRegion = WallProvider["regions"][number];
export type WallRegionId = WallRegion["id"];
export type WallModel = (typeof models)[number];

export interface Place {
  readonly provider: WallProvider;
  readonly region: WallRegion;
}

/** Every provider × region, in the order of the catalogue. */
export const places: readonly Place[] = providers.flatMap((provider) =>
  provider.regions.map((region) => ({ provider, region })),
);

const modelById = new Map<string, WallModel>(models.map((model) => [model.id, model]));

/** The model of that public name, or undefined. */
export function findModel(id: string): WallModel | undefined {
  return modelById.get(id);
}

/** The unscaled pace of a model at a place: time to first token, and tokens per second after it. */
export function paceAt(
  place: Place,
  model: WallModel,
): { ttftMs: number; tokensPerSecond: number } {
  return {
    ttftMs: model.ttftMs * place.region.latencyFactor,
    tokensPerSecond: model.tokensPerSecond * place.provider.tokenSpeedRatio,
  };
}

/** The unscaled time in which a place lists its models. */
export function listingMs(place: Place): number {
  return 12 * place.region.latencyFactor;
}
