/** One model as its maker sells it. Prices are list prices in USD per million tokens. */
export type CatalogModel = {
  readonly id: string;
  readonly provider: CatalogProviderId;
  readonly upstreamModel: string;
  readonly price: {
    readonly input: number;
    readonly output: number;
    readonly cached_input: number;
  };
  readonly capabilities: {
    readonly context: number;
    readonly tools: boolean;
    readonly vision: boolean;
    readonly prefill?: boolean;
    readonly reasoning?: boolean;
  };
};

/** Where the makers' OpenAI-compatible addresses are, and which variable holds their key. */
export const catalogProviders = [
  { id: "openai", keyName: "OPENAI_API_KEY", baseUrl: "https://api.openai.com/v1" },
  { id: "anthropic", keyName: "ANTHROPIC_API_KEY", baseUrl: "https://api.anthropic.com/v1/" },
  {
    id: "gemini",
    keyName: "GEMINI_API_KEY",
    baseUrl: "https://generativelanguage.googleapis.com/v1beta/openai/",
  },
  { id: "deepseek", keyName: "DEEPSEEK_API_KEY", baseUrl: "https://api.deepseek.com/v1" },
] as const;

export type CatalogProvider = (typeof catalogProviders)[number];
export type CatalogProviderId = CatalogProvider["id"];

/** The models that a provider brings with it, in the order in which people are likely to want them. */
export const catalogModels: readonly CatalogModel[] = [
  {
    id: "gpt-4.1",
    provider: "openai",
    upstreamModel: "gpt-4.1",
    price: { input: 2, output: 8, cached_input: 0.5 },
    capabilities: { context: 1_047_576, tools: true, vision: true },
  },
  {
    id: "claude-sonnet-4-5",
    provider: "anthropic",
    upstreamModel: "claude-sonnet-4-5",
    price: { input: 3, output: 15, cached_input: 0.3 },
    capabilities: { context: 200_000, tools: true, vision: true, prefill: true, reasoning: true },
  },
  {
    id: "gemini-2.5-flash",
    provider: "gemini",
    upstreamModel: "gemini-2.5-flash",
    price: { input: 0.3, output: 2.5, cached_input: 0.03 },
    capabilities: { context: 1_048_576, tools: true, vision: true, reasoning: true },
  },
  {
    id: "deepseek-v3",
    provider: "deepseek",
    upstreamModel: "deepseek-chat",
    price: { input: 0.28, output: 0.42, cached_input: 0.028 },
    capabilities: { context: 131_072, tools: true, vision: false, prefill: true },
  },
  {
    id: "gpt-4.1-mini",
    provider: "openai",
    upstreamModel: "gpt-4.1-mini",
    price: { input: 0.4, output: 1.6, cached_input: 0.1 },
    capabilities: { context: 1_047_576, tools: true, vision: true },
  },
  {
    id: "claude-haiku-4-5",
    provider: "anthropic",
    upstreamModel: "claude-haiku-4-5",
    price: { input: 1, output: 5, cached_input: 0.1 },
    capabilities: { context: 200_000, tools: true, vision: true, prefill: true, reasoning: true },
  },
  {
    id: "gemini-2.5-pro",
    provider: "gemini",
    upstreamModel: "gemini-2.5-pro",
    price: { input: 1.25, output: 10, cached_input: 0.125 },
    capabilities: { context: 1_048_576, tools: true, vision: true, reasoning: true },
  },
];

/** The chain of `auto` on a new installation. */
export const defaultChain: readonly string[] = [
  "gpt-4.1",
  "claude-sonnet-4-5",
  "gemini-2.5-flash",
  "deepseek-v3",
];
