/**
 * Names and bounds of the OpenTelemetry semantic conventions for generative AI (semantic-conventions-genai, status
 * "development"), in Prometheus' spelling: dots become underscores and the unit follows the name.
 *
 * `gen_ai.client.*` is what we get from providers, one observation an attempt; `gen_ai.server.*` is what applications get
 * from us, one a call.
 */

export const requestDuration = {
  name: "gen_ai_server_request_duration_seconds",
  help: "Calls with a route: from their arrival to the last byte of the answer.",
};
export const timeToFirstToken = {
  name: "gen_ai_server_time_to_first_token_seconds",
  help: "Served streams: from the call's arrival to its first content.",
};
export const timePerOutputToken = {
  name: "gen_ai_server_time_per_output_token_seconds",
  help: "Served streams: time per output token after the first.",
};
export const operationDuration = {
  name: "gen_ai_client_operation_duration_seconds",
  help: "Attempts at a provider, from the request to the end of the answer.",
};
export const timeToFirstChunk = {
  name: "gen_ai_client_operation_time_to_first_chunk_seconds",
  help: "Streamed attempts: from the request to the first content.",
};
export const tokenUsage = {
  name: "gen_ai_client_token_usage",
  help: "Tokens of an attempt, as the provider counted them; estimated where it generated without telling.",
};

/** Seconds; the bounds that the conventions ask for. */
export const durationBounds = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];
export const firstTokenBounds = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];
export const perTokenBounds = [
  0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5,
];
/** Tokens. */
export const tokenBounds = [
  1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216,
  67_108_864,
];

/** `gen_ai.operation.name` of a chat completion. */
export const chatOperation = "chat";

const wellKnownHosts: readonly (readonly [RegExp, string])[] = [
  [/(^|\.)api\.openai\.com$/, "openai"],
  [/\.openai\.azure\.com$/, "azure.ai.openai"],
  [/\.(inference|models)\.ai\.azure\.com$/, "azure.ai.inference"],
  [/^api\.anthropic\.com$/, "anthropic"],
  [/^generativelanguage\.googleapis\.com$/, "gcp.gemini"],
  [/aiplatform\.googleapis\.com$/, "gcp.vertex_ai"],
  [/^bedrock-runtime\..*amazonaws\.com/, "aws.bedrock"],
  [/^api\.deepseek\.com$/, "deepseek"],
  [/^api\.groq\.com$/, "groq"],
  [/^api\.mistral\.ai$/, "mistral_ai"],
  [/(^|\.)api\.x\.ai$/, "x_ai"],
  [/^api\.perplexity\.ai$/, "perplexity"],
  [/^api\.moonshot\.(ai|cn)$/, "moonshot_ai"],
  [/^api\.cohere\.(ai|com)$/, "cohere"],
];

/** `gen_ai.provider.name`: the conventions' own name where `origin` has one, else the provider's id in the configuration. */
export function providerName(origin: string | undefined, providerId: string): string {
  if (origin === undefined) {
    return providerId;
  }
  const { hostname } = new URL(origin);
  return wellKnownHosts.find(([pattern]) => pattern.test(hostname))?.[1] ?? providerId;
}
