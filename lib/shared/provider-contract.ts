/**
 * The operator API's words about providers and models. Browser-safe: this file imports only `zod/mini` and words like these.
 *
 * Instants are epoch milliseconds, prices are USD per million tokens.
 */
import * as z from "zod/mini";
import { ModelPlace } from "./contract";

const text = (most: number) => z.string().check(z.maxLength(most));
const reason = z.optional(text(500));

/** What came of trying a provider's address; each but `ok` has one thing to set right. */
export const connectionOutcomes = [
  "ok",
  /** It works, and the provider limits us right now. */
  "limited",
  "bad_key",
  "no_access",
  "no_money",
  "bad_address",
  "no_model",
  "refused",
  "unknown_name",
  "unreachable",
  "tls",
  "timeout",
  "private_address",
  "redirect",
  "provider_error",
  "not_an_api",
  /** The gateway does not have what `env:` or `file:` names. */
  "secret_missing",
  /** The key was sealed for other gateways. */
  "secret_unreadable",
  /** The key was given for another address. */
  "other_address",
  /** No gateway answered. */
  "no_gateway",
] as const;

export const ConnectionResult = z.object({
  outcome: z.enum(connectionOutcomes),
  status: z.nullable(z.number()),
  /** The transport's code, such as ECONNREFUSED; or the variable or file that is missing. */
  detail: z.nullable(z.string()),
  /** The provider's own words, without secrets. */
  message: z.nullable(z.string()),
  latencyMs: z.nullable(z.number()),
  /** How far the provider's clock is ahead of the gateway's, where that is more than a minute. */
  skewMs: z.nullable(z.number()),
  /** The models that the provider lists, at most 200. */
  models: z.array(z.string()),
  /** The node that tried; null when none did. */
  node: z.nullable(z.string()),
});
export type ConnectionResult = z.infer<typeof ConnectionResult>;

/** A credential without its secret. */
export const CredentialView = z.object({
  /** Null: the provider's first one. */
  id: z.nullable(z.string()),
  /** `literal`: the secret stands in the configuration itself. */
  kind: z.enum(["env", "file", "sealed", "literal"]),
  /** The variable or the path; null for a secret of its own. */
  name: z.nullable(z.string()),
  last4: z.nullable(z.string()),
  setAt: z.nullable(z.number()),
  /** False: a gateway that lives cannot open it. */
  readable: z.boolean(),
});
export type CredentialView = z.infer<typeof CredentialView>;

export const RegionView = z.object({
  id: z.string(),
  baseUrl: z.nullable(z.string()),
  /** Null stands for a value that is a secret. */
  headers: z.record(z.string(), z.nullable(z.string())),
  priority: z.nullable(z.number()),
});
export type RegionView = z.infer<typeof RegionView>;

const Owner = z.enum(["file", "ui", "system"]);

export const ProviderView = z.object({
  id: z.string(),
  dialect: z.string(),
  baseUrl: z.string(),
  allowPrivateNetwork: z.boolean(),
  anyModel: z.boolean(),
  credentials: z.array(CredentialView),
  /** Empty: it has only one place. */
  regions: z.array(RegionView),
  /** The models that it answers for. */
  models: z.array(z.string()),
  owner: Owner,
  /** The file that owns it; null without one. */
  ownerPath: z.nullable(z.string()),
  /** It is the built-in fake provider. */
  mock: z.boolean(),
  revision: z.number(),
});
export type ProviderView = z.infer<typeof ProviderView>;

const Price = z.strictObject({
  input: z.number(),
  output: z.number(),
  cachedInput: z.optional(z.nullable(z.number())),
});
const tokens = z.optional(z.nullable(z.number()));
const can = z.optional(z.nullable(z.boolean()));
const Capabilities = z.strictObject({
  context: tokens,
  output: tokens,
  tools: can,
  vision: can,
  json: can,
  prefill: can,
  reasoning: can,
});

export const ModelView = z.object({
  id: z.string(),
  targets: z.array(ModelPlace),
  price: z.nullable(Price),
  capabilities: Capabilities,
  /** The routes that lead to it by name. */
  routes: z.array(z.string()),
  owner: Owner,
  ownerPath: z.nullable(z.string()),
  revision: z.number(),
});
export type ModelView = z.infer<typeof ModelView>;

/** A provider that is known by name: only its key is missing. */
export const KnownProvider = z.object({
  id: z.string(),
  baseUrl: z.string(),
  allowPrivateNetwork: z.boolean(),
  /** A variable that the gateway has for it; null: it needs a key. */
  reference: z.nullable(z.string()),
  mock: z.boolean(),
  regions: z.array(RegionView),
  models: z.array(ModelView),
});
export type KnownProvider = z.infer<typeof KnownProvider>;

export const ProvidersView = z.object({
  generatedAt: z.number(),
  revision: z.number(),
  /** Gateways that keys can be sealed for; with none, no key can be typed. */
  gateways: z.number(),
  providers: z.array(ProviderView),
  models: z.array(ModelView),
  known: z.array(KnownProvider),
});
export type ProvidersView = z.infer<typeof ProvidersView>;

/** A secret that somebody types: `key` is sealed at once, `reference` names a variable or a file, `keep` is what is there. */
const SecretRequest = z.union([
  z.strictObject({ key: text(4096) }),
  z.strictObject({ reference: text(500) }),
  z.strictObject({ keep: z.literal(true) }),
]);
export type SecretRequest = z.infer<typeof SecretRequest>;

const RegionRequest = z.strictObject({
  id: text(64),
  baseUrl: z.optional(z.nullable(text(500))),
  /** Null keeps a secret value that is there. */
  headers: z.optional(z.record(text(64), z.nullable(text(256)))),
  priority: z.optional(z.nullable(z.number())),
});

const ModelFields = {
  targets: z.array(ModelPlace),
  price: z.optional(z.nullable(Price)),
  capabilities: z.optional(Capabilities),
};

/** Body of PUT /api/providers/{id}: the whole provider. `models` are added with it in the same revision. */
export const ProviderRequest = z.strictObject({
  baseUrl: text(500),
  allowPrivateNetwork: z.optional(z.boolean()),
  anyModel: z.optional(z.boolean()),
  secret: SecretRequest,
  credentials: z.optional(z.array(z.strictObject({ id: text(64), secret: SecretRequest }))),
  regions: z.optional(z.array(RegionRequest)),
  models: z.optional(z.array(z.strictObject({ id: text(64), ...ModelFields }))),
  reason,
});
export type ProviderRequest = z.infer<typeof ProviderRequest>;

/** Body of PUT /api/models/{id}. `routes` are those that shall lead to it too, as their last. */
export const ModelRequest = z.strictObject({
  ...ModelFields,
  routes: z.optional(z.array(z.string())),
  reason,
});
export type ModelRequest = z.infer<typeof ModelRequest>;

/** Body of POST /api/connection-tests. */
export const ConnectionTestRequest = z.strictObject({
  provider: text(64),
  credential: z.optional(z.nullable(text(64))),
  baseUrl: text(500),
  headers: z.optional(z.record(text(64), z.nullable(text(256)))),
  /** The region whose headers are kept where `headers` says null. */
  region: z.optional(z.nullable(text(64))),
  allowPrivateNetwork: z.optional(z.boolean()),
  secret: SecretRequest,
  model: z.optional(z.nullable(text(200))),
});
export type ConnectionTestRequest = z.infer<typeof ConnectionTestRequest>;
