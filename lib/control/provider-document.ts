import { type ConfigDocument, type ConfigInput } from "../config/document";
import { isSecretHeader } from "../config/secret-names";
import { globalRegion } from "../config/targets";
import { isBox, headerPlace, keyPlace } from "../shared/box-text";
import { type Recipient } from "../shared/boxes";
import { GatewayError } from "../shared/errors";
import { type ModelRequest, type ProviderRequest } from "../shared/provider-contract";
import { sealSecret, toStoredSecret } from "./seal-secret";

type Provider = ConfigDocument["providers"][number];
type Model = NonNullable<ConfigInput["models"]>[number];
type Region = NonNullable<Provider["regions"]>[number];

/** The origins that a provider's keys are sent to. Addresses that are none are left out: validation tells of them. */
export function originsOf(provider: {
  readonly base_url: string;
  readonly regions?: readonly { readonly base_url?: string | undefined }[] | undefined;
}): string[] {
  const urls = [provider.base_url, ...(provider.regions ?? []).map((region) => region.base_url)];
  const origins = urls.flatMap((url) =>
    url !== undefined && URL.canParse(url) ? [new URL(url).origin] : [],
  );
  return [...new Set(origins)];
}

/**
 * The provider that `request` describes, its typed secrets sealed for `recipients`; `former` is what there was under its id.
 *
 * @throws {GatewayError} as `toStoredSecret`.
 */
export function toProvider(
  id: string,
  request: ProviderRequest,
  former: Provider | undefined,
  recipients: readonly Recipient[],
): Provider {
  const { baseUrl, credentials = [], regions = [] } = request;
  const bases = regions.map((region) => ({ base_url: region.baseUrl ?? undefined }));
  const origins = originsOf({ base_url: baseUrl, regions: bases });
  const keptOrigins = former === undefined ? [] : originsOf(former);
  const stored = (
    secret: ProviderRequest["secret"],
    credential: string | null,
    kept: string | undefined,
    param: string,
  ): string =>
    toStoredSecret(
      secret,
      {
        place: keyPlace(id, credential),
        origins,
        param,
        kept: kept === undefined ? null : { secret: kept, origins: keptOrigins },
      },
      recipients,
    );
  return {
    id,
    dialect: "openai",
    base_url: baseUrl.trim(),
    api_key: stored(request.secret, null, former?.api_key, "secret"),
    ...(credentials.length > 0 && {
      credentials: credentials.map((one, index) => {
        const kept = former?.credentials?.find((other) => other.id === one.id)?.api_key;
        return {
          id: one.id,
          api_key: stored(one.secret, one.id, kept, `credentials.${index}.secret`),
        };
      }),
    }),
    allow_private_network: request.allowPrivateNetwork ?? false,
    any_model: request.anyModel ?? false,
    ...(regions.length > 0 && {
      regions: regions.map((region, index) => {
        const kept = former?.regions?.find((other) => other.id === region.id);
        return toRegion(id, region, kept, { origins, keptOrigins, index, recipients });
      }),
    }),
  };
}

type RegionRequest = NonNullable<ProviderRequest["regions"]>[number];

type RegionPlace = {
  readonly origins: readonly string[];
  readonly keptOrigins: readonly string[];
  readonly index: number;
  readonly recipients: readonly Recipient[];
};

function toRegion(
  provider: string,
  { id, baseUrl, headers = {}, priority }: RegionRequest,
  former: Region | undefined,
  { origins, keptOrigins, index, recipients }: RegionPlace,
): Region {
  const entries = Object.entries(headers).map(([name, value]): [string, string] => {
    const param = `regions.${index}.headers.${name}`;
    const kept = former?.headers?.[name];
    if (value === null) {
      const isMoved = origins.some((origin) => !keptOrigins.includes(origin));
      if (kept === undefined || (isMoved && isBox(kept))) {
        throw new GatewayError("invalid_request", {
          message: `Type ${name} again.`,
          param,
          refusal: { reason: "header_again", values: { name } },
        });
      }
      return [name, kept];
    }
    const place = headerPlace(provider, id, name);
    return [name, isSecretHeader(name) ? sealSecret(value, { place, origins }, recipients) : value];
  });
  return {
    id,
    ...(baseUrl !== undefined && baseUrl !== null && baseUrl.trim() !== ""
      ? { base_url: baseUrl.trim() }
      : {}),
    ...(entries.length > 0 && { headers: Object.fromEntries(entries) }),
    ...(priority !== undefined && priority !== null && { priority }),
  };
}

/** The region whose headers a provider without regions sends. */
export const onlyRegion = globalRegion;

/** The model that `request` describes. */
export function toModel(
  id: string,
  { targets, price, capabilities }: Pick<ModelRequest, "targets" | "price" | "capabilities">,
  former: ConfigDocument["models"][number] | undefined,
): Model {
  const said = Object.entries(capabilities ?? {}).filter(([, value]) => value !== null);
  return {
    // What this form does not know stays.
    ...(former?.probe !== undefined && { probe: former.probe }),
    id,
    targets: targets.map(({ provider, upstreamModel, regions }) => ({
      provider,
      ...(upstreamModel !== undefined &&
        upstreamModel !== null &&
        upstreamModel !== "" &&
        upstreamModel !== id && { upstream_model: upstreamModel }),
      ...(regions !== undefined && regions !== null && { regions }),
    })),
    ...(price !== undefined &&
      price !== null && {
        price: {
          input: price.input,
          output: price.output,
          ...(price.cachedInput !== undefined &&
            price.cachedInput !== null && { cached_input: price.cachedInput }),
        },
      }),
    ...(said.length > 0 && { capabilities: Object.fromEntries(said) }),
  };
}
