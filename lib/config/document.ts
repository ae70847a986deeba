/**
 * The configuration as people write it: the declarative file and every `config` revision have this shape
 * (docs/configuration.md). Unknown keys are errors.
 */
import { z } from "zod";
import { rules } from "../core/types";
import { nameForm } from "../shared/name-form";
import { listOf, numberWithin, wholeWithin } from "./bounds";
import { boundedNumber, routeNumbers } from "./route-bounds";

const slug = z.string().regex(nameForm, "use a-z, 0-9, dots and dashes, at most 63 characters");
const headerName = z.string().regex(/^[A-Za-z0-9-]{1,64}$/, "is not a header name");
const secretReference = z.string().min(1, "must not be empty");

export const regionDocument = z.strictObject({
  id: slug,
  base_url: z.url({ protocol: /^https?$/ }).optional(),
  headers: z.record(headerName, z.string().max(256, "must be at most 256 characters")).optional(),
  priority: wholeWithin(1, 100).optional(),
});

export const providerDocument = z.strictObject({
  id: slug,
  dialect: z
    .enum(["openai"], {
      error:
        "only openai is spoken yet; Anthropic and Gemini have OpenAI-compatible addresses of their own",
    })
    .default("openai"),
  base_url: z.url({ protocol: /^https?$/ }),
  api_key: secretReference,
  credentials: listOf(
    z.strictObject({ id: slug, api_key: secretReference }),
    "credentials",
    0,
    16,
  ).optional(),
  allow_private_network: z.boolean().default(false),
  any_model: z.boolean().default(false),
  regions: listOf(regionDocument, "regions", 0, 32).optional(),
});

const usdPerMTok = numberWithin(0, 10_000, "USD per million tokens");

export const modelDocument = z.strictObject({
  id: slug,
  targets: listOf(
    z.strictObject({
      provider: slug,
      upstream_model: z
        .string()
        .min(1, "must not be empty")
        .max(200, "must be at most 200 characters")
        .optional(),
      regions: listOf(slug, "regions", 1, 32).optional(),
    }),
    "targets",
    1,
    64,
  ),
  price: z
    .strictObject({ input: usdPerMTok, output: usdPerMTok, cached_input: usdPerMTok.optional() })
    .optional(),
  capabilities: z
    .strictObject({
      context: wholeWithin(1, 100_000_000, "tokens").optional(),
      output: wholeWithin(1, 100_000_000, "tokens").optional(),
      tools: z.boolean().optional(),
      vision: z.boolean().optional(),
      json: z.boolean().optional(),
      prefill: z.boolean().optional(),
      reasoning: z.boolean().optional(),
    })
    .optional(),
  probe: z
    .strictObject({
      interval_s: numberWithin(1, 3_600, "seconds").default(30),
      timeout_s: numberWithin(0.1, 60, "seconds").default(5),
      enabled: z.boolean().default(true),
    })
    .optional(),
});

const midstream = z.enum(["resume", "error", "buffer"]);
const observeOnly = z.union([z.boolean(), z.array(z.enum(rules))], {
  error: `must be true, false, or a list of rules: ${rules.join(", ")}`,
});

const { most: mostBodyHours } = routeNumbers["log_bodies.keep_hours"];

function routeNumber(place: keyof typeof routeNumbers): z.ZodNumber | z.ZodInt {
  return boundedNumber(routeNumbers[place]);
}

export const routeDocument = z.strictObject({
  id: slug,
  chain: listOf(slug, "models", 1, 32),
  upstream_stream: z.enum(["auto", "off"]).optional(),
  midstream: midstream.optional(),
  restart: z.enum(["same_model", "any", "off"]).optional(),
  fallback_on_content_policy: z.boolean().optional(),
  log_bodies: z
    .strictObject(
      { keep_hours: routeNumber("log_bodies.keep_hours") },
      {
        error: ({ code }) =>
          code === "invalid_type" ? `must be { keep_hours: 1 to ${mostBodyHours} }` : undefined,
      },
    )
    .optional(),
  limits: z
    .strictObject({
      ttft_s: routeNumber("limits.ttft_s").optional(),
      idle_s: routeNumber("limits.idle_s").optional(),
      total_s: routeNumber("limits.total_s").optional(),
      reasoning_ttft_s: routeNumber("limits.reasoning_ttft_s").optional(),
      reasoning_total_s: routeNumber("limits.reasoning_total_s").optional(),
      stream_total_s: routeNumber("limits.stream_total_s").optional(),
      attempts: routeNumber("limits.attempts").optional(),
      retry_after_wait_ms: routeNumber("limits.retry_after_wait_ms").optional(),
    })
    .optional(),
  breaker: z
    .strictObject({
      min_threshold: routeNumber("breaker.min_threshold").optional(),
      base_ejection_s: routeNumber("breaker.base_ejection_s").optional(),
      max_ejection_s: routeNumber("breaker.max_ejection_s").optional(),
      observe_only: observeOnly.optional(),
    })
    .optional(),
});

/** What a key may use, with the same bounds wherever it is written. */
export const keyLimitFields = {
  rpm: wholeWithin(1, 10_000_000, "requests per minute"),
  tpm: wholeWithin(1, 10_000_000_000, "tokens per minute"),
  parallel: wholeWithin(1, 100_000, "calls at a time"),
  budget_usd_per_month: numberWithin(0, 100_000_000, "USD"),
};

export const keyDocument = z.strictObject({
  id: slug,
  key: secretReference,
  allowed_models: z.array(z.string()).optional(),
  allowed_regions: z.array(z.string()).optional(),
  default_route_on_model_name: z.boolean().optional(),
  rpm: keyLimitFields.rpm.optional(),
  tpm: keyLimitFields.tpm.optional(),
  parallel: keyLimitFields.parallel.optional(),
  budget_usd_per_month: keyLimitFields.budget_usd_per_month.optional(),
  strict_budget: z.boolean().optional(),
  midstream: midstream.optional(),
});

/** How long single calls are kept where the settings do not say. */
export const defaultCallLogDays = 30;

export const settingsDocument = z.strictObject({
  call_log_days: wholeWithin(2, 400, "days").optional(),
  timezone: z.string().max(64, "must be at most 64 characters").optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, "is not a currency code such as USD")
    .optional(),
  exchange_rate: z
    .strictObject({
      per_usd: numberWithin(0.000_001, 10_000_000, "units of the currency for one USD"),
      at: z.iso.date({ error: "must be the day of the rate, such as 2026-11-21" }),
    })
    .optional(),
  probe_budget_usd_per_day: numberWithin(0, 10_000, "USD").optional(),
  budget_grace_usd: numberWithin(0, 1_000_000, "USD").optional(),
  slo_served_percent: numberWithin(50, 100, "%").optional(),
  default_route_on_model_name: z.boolean().optional(),
});

export const configDocument = z.strictObject({
  allow_literal_secrets: z.boolean().default(false),
  providers: listOf(providerDocument, "providers", 0, 100).default([]),
  models: listOf(modelDocument, "models", 0, 1_000).default([]),
  routes: listOf(routeDocument, "routes", 0, 1_000).default([]),
  keys: listOf(keyDocument, "keys", 0, 10_000).default([]),
  settings: settingsDocument.default({}),
});

export type ConfigDocument = z.infer<typeof configDocument>;
export type ConfigInput = z.input<typeof configDocument>;

/** The configuration of an installation that has none yet. */
export const emptyDocument: ConfigDocument = configDocument.parse({});
