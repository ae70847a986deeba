import { isLike } from "@/components/lib/stored-draft";
import { typedNumber } from "@/components/lib/typed-number";
import { isReference, isSecretHeader } from "@/lib/config/secret-names";
import { isRecord } from "@/lib/shared/record";
import type { ImpactRequest } from "@/lib/shared/contract";
import type {
  ConnectionTestRequest,
  KnownProvider,
  ProviderRequest,
  ProviderView,
  RegionView,
  SecretRequest,
} from "@/lib/shared/provider-contract";

/** A secret in a form: what is typed, where it is only named, or what is there already. */
export type SecretDraft =
  | { readonly kind: "keep" }
  | { readonly kind: "key"; readonly text: string }
  | { readonly kind: "reference"; readonly text: string };

export type RegionDraft = {
  readonly id: string;
  readonly baseUrl: string;
  /** `Name: value` a line; a value that is a secret shows as `••••`. */
  readonly headers: string;
  readonly priority: string;
};

export type CredentialDraft = { readonly id: string; readonly secret: SecretDraft };

/** A model that comes with a new provider. */
export type BroughtModel = {
  readonly id: string;
  readonly upstreamModel: string;
  readonly isWanted: boolean;
  readonly price: KnownProvider["models"][number]["price"];
  readonly capabilities: KnownProvider["models"][number]["capabilities"];
};

/** What stands in the form of a provider. */
export type ProviderDraft = {
  readonly id: string;
  readonly baseUrl: string;
  readonly allowPrivateNetwork: boolean;
  readonly anyModel: boolean;
  readonly secret: SecretDraft;
  readonly credentials: readonly CredentialDraft[];
  readonly regions: readonly RegionDraft[];
  readonly models: readonly BroughtModel[];
  readonly reason: string;
};

export const hiddenValue = "••••";

export const emptyDraft: ProviderDraft = {
  id: "",
  baseUrl: "https://",
  allowPrivateNetwork: false,
  anyModel: false,
  secret: { kind: "key", text: "" },
  credentials: [],
  regions: [],
  models: [],
  reason: "",
};

const isSecretDraft = (value: unknown): boolean =>
  isRecord(value) &&
  (value["kind"] === "keep" ||
    (["key", "reference"].includes(String(value["kind"])) && typeof value["text"] === "string"));
const isPrice = (value: unknown): boolean => value === null || isRecord(value);

/** Whether a value is a form that was kept. */
export const isProviderDraft = isLike<ProviderDraft>({
  ...emptyDraft,
  secret: isSecretDraft,
  credentials: [{ id: "", secret: isSecretDraft }],
  regions: [{ id: "", baseUrl: "", headers: "", priority: "" }],
  models: [{ id: "", upstreamModel: "", isWanted: true, price: isPrice, capabilities: isRecord }],
});

/** The form as it may be kept in a browser: keys, and headers that carry one, are to be typed again. */
export function withoutTypedSecrets<T extends ProviderDraft | null>(draft: T): T {
  return draft === null
    ? draft
    : {
        ...draft,
        secret: withoutText(draft.secret),
        credentials: draft.credentials.map((one) => ({ ...one, secret: withoutText(one.secret) })),
        regions: draft.regions.map((one) => ({
          ...one,
          headers: one.headers.split("\n").map(withoutValue).join("\n"),
        })),
      };
}

/** The fields whose key, or the variable with it, is still to be typed. */
export function emptySecrets({ secret, credentials }: ProviderDraft): readonly string[] {
  const all = [
    ["secret", secret] as const,
    ...credentials.map((one, index) => [`credentials.${index}.secret`, one.secret] as const),
  ];
  return all.flatMap(([field, one]) =>
    one.kind !== "keep" && one.text.trim() === "" ? [field] : [],
  );
}

function withoutText(secret: SecretDraft): SecretDraft {
  return secret.kind === "keep" || (secret.kind === "reference" && isReference(secret.text))
    ? secret
    : { ...secret, text: "" };
}

/** A line that is no header yet may be the end of a key. */
function withoutValue(line: string): string {
  const [, name, value] = /^([^:]*):\s*(.*)$/.exec(line) ?? [];
  if (name === undefined || value === undefined) {
    return "";
  }
  return isSecretHeader(name) && value !== hiddenValue && !isReference(value) ? `${name}: ` : line;
}

/** The form of a provider that is there. */
export function draftOf(provider: ProviderView): ProviderDraft {
  return {
    ...emptyDraft,
    id: provider.id,
    baseUrl: provider.baseUrl,
    allowPrivateNetwork: provider.allowPrivateNetwork,
    anyModel: provider.anyModel,
    secret: { kind: "keep" },
    credentials: provider.credentials.flatMap(({ id }) =>
      id === null ? [] : [{ id, secret: { kind: "keep" } as const }],
    ),
    regions: provider.regions.map(toRegionDraft),
  };
}

/** The form of a provider that is known, but for its key. */
export function draftOfKnown(known: KnownProvider): ProviderDraft {
  return {
    ...emptyDraft,
    id: known.id,
    baseUrl: known.baseUrl,
    allowPrivateNetwork: known.allowPrivateNetwork,
    secret:
      known.reference === null
        ? { kind: "key", text: "" }
        : { kind: "reference", text: known.reference },
    regions: known.regions.map(toRegionDraft),
    models: known.models.map(({ id, targets, price, capabilities }) => ({
      id,
      upstreamModel: targets[0]?.upstreamModel ?? id,
      isWanted: true,
      price,
      capabilities,
    })),
  };
}

function toRegionDraft({ id, baseUrl, headers, priority }: RegionView): RegionDraft {
  return {
    id,
    baseUrl: baseUrl ?? "",
    headers: Object.entries(headers)
      .map(([name, value]) => `${name}: ${value ?? hiddenValue}`)
      .join("\n"),
    priority: priority === null ? "" : String(priority),
  };
}

/** What is sent for a draft. */
export function toRequest(draft: ProviderDraft): ProviderRequest {
  return {
    baseUrl: draft.baseUrl.trim(),
    allowPrivateNetwork: draft.allowPrivateNetwork,
    anyModel: draft.anyModel,
    secret: toSecretRequest(draft.secret),
    credentials: draft.credentials.map(({ id, secret }) => ({
      id: id.trim(),
      secret: toSecretRequest(secret),
    })),
    regions: draft.regions.map((region) => ({
      id: region.id.trim(),
      baseUrl: region.baseUrl.trim() === "" ? null : region.baseUrl.trim(),
      headers: toHeaders(region.headers),
      priority: typedNumber(region.priority),
    })),
    models: draft.models
      .filter(({ isWanted }) => isWanted)
      .map(({ id, upstreamModel, price, capabilities }) => ({
        id,
        targets: [{ provider: draft.id.trim(), upstreamModel }],
        price,
        capabilities,
      })),
    ...(draft.reason.trim() !== "" && { reason: draft.reason.trim() }),
  };
}

/** What is sent to try a draft's address with its first key, in its first region. */
export function toTestRequest(draft: ProviderDraft): ConnectionTestRequest {
  const [region] = draft.regions;
  const regionUrl = region?.baseUrl.trim() ?? "";
  const model = draft.models.find(({ isWanted }) => isWanted);
  return {
    provider: draft.id.trim() === "" ? "new" : draft.id.trim(),
    baseUrl: regionUrl === "" ? draft.baseUrl.trim() : regionUrl,
    allowPrivateNetwork: draft.allowPrivateNetwork,
    secret: toSecretRequest(draft.secret),
    ...(region !== undefined && { region: region.id, headers: toHeaders(region.headers) }),
    model: model?.upstreamModel ?? null,
  };
}

/** The models that a provider listed, as far as they are not in the draft; nothing is wanted yet. */
export function withListed(draft: ProviderDraft, listed: readonly string[]): ProviderDraft {
  const known = new Set(draft.models.map(({ upstreamModel }) => upstreamModel));
  const fresh = listed
    .filter((id) => !known.has(id))
    .map((id) => ({ id: slugOf(id), upstreamModel: id, isWanted: false }));
  const models = fresh.map((one) => ({ ...one, price: null, capabilities: {} }));
  return { ...draft, models: [...draft.models, ...models] };
}

/** A public name for what a provider calls `upstream`. */
export function slugOf(upstream: string): string {
  const words = upstream.toLowerCase().replace(/[^a-z0-9.-]+/g, "-");
  return words.replace(/^[^a-z0-9]+|-+$/g, "").slice(0, 63);
}

function toSecretRequest(secret: SecretDraft): SecretRequest {
  switch (secret.kind) {
    case "keep":
      return { keep: true };
    case "key":
      return { key: secret.text };
    case "reference":
      return { reference: secret.text.trim() };
  }
}

function toHeaders(text: string): Record<string, string | null> {
  return Object.fromEntries(
    text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "")
      .map((line): [string, string | null] => {
        const colon = line.indexOf(":");
        const name = colon < 0 ? line : line.slice(0, colon).trim();
        const value = colon < 0 ? "" : line.slice(colon + 1).trim();
        return [name, value === hiddenValue ? null : value];
      }),
  );
}

/** What to ask about a draft that takes regions or keys away from a provider that models use; null: it keeps them all. */
export function lostRegions(provider: ProviderView, draft: ProviderDraft): ImpactRequest | null {
  const regions = draft.regions.map(({ id }) => id.trim());
  const credentials = draft.credentials.map(({ id }) => id.trim());
  // Without regions a provider has one place, which goes with the first that is named.
  const isPlaceGone = provider.regions.length === 0 && regions.length > 0;
  const isKept =
    provider.regions.every(({ id }) => regions.includes(id)) &&
    provider.credentials.every(({ id }) => id === null || credentials.includes(id));
  return provider.models.length === 0 || (isKept && !isPlaceGone)
    ? null
    : { type: "provider", providerId: provider.id, regions, credentials };
}
