import { stringify } from "yaml";
import { type ConfigDocument } from "../config/document";
import { type ParsedFile, parseConfigText } from "../config/file";
import { isReference, isSecretHeader } from "../config/secret-names";
import { globalRegion } from "../config/targets";
import { type Problem } from "../config/validate";
import { headerPlace, isBox, keyPlace } from "../shared/box-text";
import { type Recipient } from "../shared/boxes";
import { isOwnSecretName } from "../shared/env";
import { isRecord } from "../shared/record";
import { originsOf } from "./provider-document";
import { sealSecret } from "./seal-secret";

/**
 * The declarative file of a configuration and back. Secrets do not leave: `kept` stands where one is, and means the one that
 * this installation has in the same place.
 */

/** What stands for a secret of this installation. */
export const keptWord = "kept";

type Provider = ConfigDocument["providers"][number];

/** The configuration as a declarative file without secrets. */
export function toConfigText(document: ConfigDocument): string {
  const { allow_literal_secrets: literal, ...rest } = document;
  const shown = {
    ...(literal && { allow_literal_secrets: true }),
    ...Object.fromEntries(
      Object.entries(rest).filter(([, value]) =>
        Array.isArray(value) ? value.length > 0 : Object.keys(value).length > 0,
      ),
    ),
    ...(document.providers.length > 0 && { providers: document.providers.map(withoutSecret) }),
    ...(document.keys.length > 0 && {
      keys: document.keys.map((key) => ({ ...key, key: shownSecret(key.key) })),
    }),
  };
  return `${fileHead}${stringify(shown, { lineWidth: 120 })}`;
}

/** One route as a declarative file says it. */
export function toRouteText(route: ConfigDocument["routes"][number]): string {
  return stringify({ routes: [route] }, { lineWidth: 120 });
}

const fileHead = `# Bellwether's configuration. Where "${keptWord}" stands, importing keeps the secret that the installation has there:
# elsewhere write env:NAME instead. Application keys that were made in the control room are not part of it.
`;

function withoutSecret({
  // The default, and the only one that is spoken.
  dialect: _dialect,
  allow_private_network,
  any_model,
  ...provider
}: Provider): unknown {
  return {
    ...provider,
    ...(allow_private_network && { allow_private_network }),
    ...(any_model && { any_model }),
    api_key: shownSecret(provider.api_key),
    ...(provider.credentials !== undefined && {
      credentials: provider.credentials.map((one) => ({
        ...one,
        api_key: shownSecret(one.api_key),
      })),
    }),
    ...(provider.regions !== undefined && {
      regions: provider.regions.map(({ headers, ...region }) => ({
        ...region,
        ...(headers !== undefined && {
          headers: Object.fromEntries(
            Object.entries(headers).map(([name, value]) => [
              name,
              isSecretHeader(name) ? shownSecret(value) : value,
            ]),
          ),
        }),
      })),
    }),
  };
}

function shownSecret(secret: string): string {
  return isReference(secret) ? secret : keptWord;
}

export type ReadConfig = {
  readonly parsed: ParsedFile;
  /** Secrets that stood in the text and are sealed now. */
  readonly sealed: number;
};

/** The configuration in `text`, with the secrets of `current` where they are kept and typed ones sealed. */
export function fromConfigText(
  text: string,
  current: ConfigDocument,
  recipients: readonly Recipient[],
): ReadConfig {
  let sealed = 0;
  const parsed = parseConfigText(text, (content) => {
    const problems: Problem[] = [];
    const { providers: written, keys } = content;
    const appKeys = Array.isArray(keys) ? { keys: keys.map((key) => withKey(key, current)) } : {};
    if (!Array.isArray(written)) {
      return { content: { ...content, ...appKeys }, problems };
    }
    const providers = written.map((provider: unknown, index) =>
      isRecord(provider)
        ? withSecrets(provider, current, {
            path: ["providers", index],
            problems,
            seal(secret, place, origins) {
              sealed += 1;
              return sealSecret(secret, { place, origins }, recipients);
            },
          })
        : provider,
    );
    return { content: { ...content, ...appKeys, providers }, problems };
  });
  return { parsed, sealed };
}

function withKey(key: unknown, { keys }: ConfigDocument): unknown {
  const kept = isRecord(key) ? keys.find(({ id }) => id === key["id"])?.key : undefined;
  return isRecord(key) && key["key"] === keptWord ? { ...key, key: kept ?? keptWord } : key;
}

type Reading = {
  readonly path: readonly (string | number)[];
  readonly problems: Problem[];
  readonly seal: (secret: string, place: string, origins: readonly string[]) => string;
};

type Spot = {
  readonly path: readonly (string | number)[];
  readonly place: string;
  readonly kept: string | undefined;
};

function withSecrets(
  provider: Readonly<Record<string, unknown>>,
  current: ConfigDocument,
  { path, problems, seal }: Reading,
): unknown {
  const id = typeof provider["id"] === "string" ? provider["id"] : "";
  const former = current.providers.find((one) => one.id === id);
  const origins = isAddressed(provider) ? originsOf(provider) : [];
  const formerOrigins = former === undefined ? [] : originsOf(former);
  const isMoved = origins.some((origin) => !formerOrigins.includes(origin));
  const resolved = (secret: unknown, { path: at, place, kept }: Spot): unknown => {
    if (typeof secret !== "string" || isBox(secret)) {
      return secret;
    }
    if (isReference(secret)) {
      const name = secret.slice("env:".length);
      if (secret.startsWith("env:") && isOwnSecretName(name)) {
        problems.push({
          path: at,
          message: `${name} is a secret of Bellwether itself`,
          refusal: { reason: "own_secret", values: { name } },
        });
      }
      return secret;
    }
    if (secret !== keptWord) {
      return seal(secret, place, origins);
    }
    if (kept === undefined) {
      problems.push({
        path: at,
        message: "there is no secret to keep here; write env:NAME",
        refusal: { reason: "kept_missing" },
      });
    } else if (isMoved && isBox(kept)) {
      problems.push({
        path: at,
        message: "the kept secret was given for another address",
        refusal: { reason: "kept_elsewhere" },
      });
    }
    return kept ?? "env:MISSING";
  };
  const { credentials, regions } = provider;
  return {
    ...provider,
    ...("api_key" in provider && {
      api_key: resolved(provider["api_key"], {
        path: [...path, "api_key"],
        place: keyPlace(id, null),
        kept: former?.api_key,
      }),
    }),
    ...(Array.isArray(credentials) && {
      credentials: credentials.map((one: unknown, index) => {
        const name = isRecord(one) && typeof one["id"] === "string" ? one["id"] : "";
        return isRecord(one)
          ? {
              ...one,
              api_key: resolved(one["api_key"], {
                path: [...path, "credentials", index, "api_key"],
                place: keyPlace(id, name),
                kept: former?.credentials?.find((other) => other.id === name)?.api_key,
              }),
            }
          : one;
      }),
    }),
    ...(Array.isArray(regions) && {
      regions: regions.map((one: unknown, index) => {
        const headers = isRecord(one) ? one["headers"] : undefined;
        if (!isRecord(one) || !isRecord(headers)) {
          return one;
        }
        const region = typeof one["id"] === "string" ? one["id"] : globalRegion;
        const kept = former?.regions?.find((other) => other.id === region)?.headers;
        return {
          ...one,
          headers: Object.fromEntries(
            Object.entries(headers).map(([name, value]) => [
              name,
              isSecretHeader(name)
                ? resolved(value, {
                    path: [...path, "regions", index, "headers", name],
                    place: headerPlace(id, region, name),
                    kept: kept?.[name],
                  })
                : value,
            ]),
          ),
        };
      }),
    }),
  };
}

function isAddressed(
  provider: Readonly<Record<string, unknown>>,
): provider is { base_url: string; regions?: { base_url?: string }[] } {
  const { base_url: baseUrl, regions } = provider;
  return (
    typeof baseUrl === "string" &&
    (regions === undefined ||
      (Array.isArray(regions) &&
        regions.every(
          (one: unknown) =>
            isRecord(one) && (one["base_url"] === undefined || typeof one["base_url"] === "string"),
        )))
  );
}
