/**
 * The configuration as people write it: the declarative file and every `config` revision have this shape
 * (docs/configuration.md). Unknown keys are errors.
 */
import { z } from "zod";

const slug = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{0,62}$/, "use a-z, 0-9, dots and dashes, at most 63 characters");
const headerName = z.string().regex(/^[A-Za-z0-9-]{1,64}$/, "is not a header name");
const secretReference = z.string().min(1);

export const regionDocument = z.strictObject({
  id: slug,
  base_url: z.url({ protocol: /^https?$/ }).optional(),
  headers: z.record(headerName, z.string().max(256)).optional(),
  priority: z.int().min(1).max(100).optional(),
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
  credentials: z
    .array(z.strictObject({ id: slug, api_key: secretReference }))
    .max(16)
    .optional(),
  allow_private_network: z.boolean().default(false),
  any_model: z.boolean().default(false),
  regions: z.array(regionDocument).max(32).optional(),
});

const usdPerMTok = z.number().min(0).max(10_000);

export const modelDocument = z.strictObject({
  id: slug,
  targets: z
    .array(
      z.strictObject({
        provider: slug,
        upstream_model: z.string().min(1).max(200).optional(),
        regions: z.array(slug).min(1).optional(),
      }),
    )
    .min(1)
    .max(64),
  price: z
    .strictObject({ input: usdPerMTok, output: usdPerMTok, cached_input: usdPerMTok.optional() })
    .optional(),
  capabilities: z
    .strictObject({
      context: z.int().min(1).optional(),
      tools: z.boolean().optional(),
      vision: z.boolean().optional(),
      prefill: z.boolean().optional(),
      reasoning: z.boolean().optional(),
    })
    .optional(),
  probe: z
    .strictObject({
      interval_s: z.number().min(1).max(3600).default(30),
      timeout_s: z.number().min(0.1).max(60).default(5),
      enabled: z.boolean().default(true),
    })
    .optional(),
});

const midstream = z.enum(["resume", "error", "buffer"]);

export const routeDocument = z.strictObject({
  id: slug,
  chain: z.array(slug).min(1).max(32),
  upstream_stream: z.enum(["auto", "off"]).optional(),
  midstream: midstream.optional(),
  restart: z.enum(["same_model", "any", "off"]).optional(),
  fallback_on_content_policy: z.boolean().optional(),
  limits: z
    .strictObject({
      ttft_s: z.number().min(0.1).max(300).optional(),
      idle_s: z.number().min(0.1).max(600).optional(),
      total_s: z.number().min(1).max(3600).optional(),
      stream_total_s: z.number().min(1).max(86_400).optional(),
      attempts: z.int().min(1).max(32).optional(),
      retry_after_wait_ms: z.int().min(0).max(10_000).optional(),
    })
    .optional(),
  breaker: z
    .strictObject({
      min_threshold: z.int().min(1).max(100).optional(),
      base_ejection_s: z.number().min(0.1).max(300).optional(),
      max_ejection_s: z.number().min(1).max(3600).optional(),
      observe_only: z.boolean().optional(),
    })
    .optional(),
});

export const keyDocument = z.strictObject({
  id: slug,
  key: secretReference,
  allowed_models: z.array(z.string()).optional(),
  allowed_regions: z.array(z.string()).optional(),
  default_route_on_model_name: z.boolean().optional(),
  rpm: z.int().min(1).max(10_000_000).optional(),
  tpm: z.int().min(1).max(10_000_000_000).optional(),
  parallel: z.int().min(1).max(100_000).optional(),
  budget_usd_per_month: z.number().min(0).max(100_000_000).optional(),
  strict_budget: z.boolean().optional(),
  midstream: midstream.optional(),
});

export const settingsDocument = z.strictObject({
  timezone: z.string().max(64).optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, "is not a currency code such as USD")
    .optional(),
  probe_budget_usd_per_day: z.number().min(0).max(10_000).optional(),
  budget_grace_usd: z.number().min(0).max(1_000_000).optional(),
  slo_served_percent: z.number().min(50).max(100).optional(),
  default_route_on_model_name: z.boolean().optional(),
});

export const configDocument = z.strictObject({
  allow_literal_secrets: z.boolean().default(false),
  providers: z.array(providerDocument).max(100).default([]),
  models: z.array(modelDocument).max(1_000).default([]),
  routes: z.array(routeDocument).max(1_000).default([]),
  keys: z.array(keyDocument).max(10_000).default([]),
  settings: settingsDocument.default({}),
});

export type ConfigDocument = z.infer<typeof configDocument>;
export type ConfigInput = z.input<typeof configDocument>;

/** The configuration of an installation that has none yet. */
export const emptyDocument: ConfigDocument = configDocument.parse({});
