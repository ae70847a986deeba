/** Where each provider × region × credential answers: its pool of connections, its path and its headers. */
import { readFileSync } from "node:fs";
import { Pool } from "undici";
import type { ConfigDocument } from "../config/document";
import { globalRegion } from "../config/targets";
import type { Target } from "../core/types";
import type { RegionPlace } from "../probes/schedule";
import { headerPlace, isBox, keyPlace } from "../shared/box-text";
import { connectOptions } from "../shared/egress";
import { findEnvVariable } from "../shared/env";
import { redactAlways } from "./redact";
import type { Vault } from "./vault";

export type Endpoint = {
  readonly origin: string;
  /** Path before `/chat/completions`, without a slash at its end. */
  readonly basePath: string;
  readonly headers: Readonly<Record<string, string>>;
  /** It may have an address of a private network. */
  readonly allowPrivate: boolean;
  /** For redaction only. */
  readonly secrets: readonly string[];
};

/** Where one configuration's targets answer; never changed, so that a call keeps what it began with. */
export type Endpoints = {
  /** Undefined for what the configuration does not have. */
  find(target: Pick<Target, "provider" | "region" | "credential">): Endpoint | undefined;
  /** Every provider × region × credential of the configuration. */
  readonly regions: readonly RegionPlace[];
};

export type Upstreams = {
  /** Those of the configuration in force. */
  endpoints: () => Endpoints;
  pool(endpoint: Pick<Endpoint, "origin" | "allowPrivate">): Pool;
  /** Follows a new configuration; returns what could not be resolved, in words without secrets. */
  apply(document: ConfigDocument): readonly string[];
  close(): Promise<void>;
};

export const connectTimeoutMs = 3_000;
const maxResponseHeaderBytes = 32_768;
/** Sockets are given up after this without a request. */
const idleSocketMs = 60_000;

function endpointKey(target: Pick<Target, "provider" | "region" | "credential">): string {
  return `${target.provider} ${target.region} ${target.credential ?? ""}`;
}

/** Pools with keep-alive; our own timers decide how long an answer may take. `vault` opens sealed keys. */
export function openUpstreams(vault: Vault): Upstreams {
  const pools = new Map<string, Pool>();
  let endpoints: Endpoints = { find: () => undefined, regions: [] };
  return {
    endpoints: () => endpoints,
    pool(endpoint) {
      const key = poolKey(endpoint);
      let pool = pools.get(key);
      if (pool === undefined) {
        pool = new Pool(endpoint.origin, {
          connect: connectOptions(endpoint.allowPrivate, connectTimeoutMs),
          autoSelectFamily: true,
          headersTimeout: 0,
          bodyTimeout: 0,
          keepAliveTimeout: idleSocketMs,
          maxHeaderSize: maxResponseHeaderBytes,
        });
        pools.set(key, pool);
      }
      return pool;
    },
    apply(document) {
      const problems: string[] = [];
      const byPlace = new Map(providerEndpoints(document, vault, problems));
      endpoints = {
        find: (target) => byPlace.get(endpointKey(target)),
        regions: regionPlaces(document),
      };
      for (const { secrets } of byPlace.values()) {
        secrets.forEach(redactAlways);
      }
      const wanted = new Set([...byPlace.values()].map(poolKey));
      for (const [key, pool] of pools) {
        if (!wanted.has(key)) {
          // It ends what runs on it; a call that began before and comes back gets a new one until the next change.
          pools.delete(key);
          pool.close().catch(() => undefined);
        }
      }
      return problems;
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
      pools.clear();
    },
  };
}

function regionPlaces(document: ConfigDocument): RegionPlace[] {
  return document.providers.flatMap((provider) =>
    (provider.regions ?? [{ id: globalRegion }]).flatMap((region) =>
      [null, ...(provider.credentials ?? []).map((one) => one.id)].map((credential) => ({
        provider: provider.id,
        region: region.id,
        credential,
      })),
    ),
  );
}

function poolKey({ origin, allowPrivate }: Pick<Endpoint, "origin" | "allowPrivate">): string {
  return `${allowPrivate ? "private" : "public"} ${origin}`;
}

function providerEndpoints(
  document: ConfigDocument,
  vault: Vault,
  problems: string[],
): [string, Endpoint][] {
  return document.providers.flatMap((provider) => {
    const regions = provider.regions ?? [
      { id: globalRegion, base_url: undefined, headers: undefined },
    ];
    const credentials = [{ id: null, api_key: provider.api_key }, ...(provider.credentials ?? [])];
    return regions.flatMap((region) =>
      credentials.map((credential): [string, Endpoint] => {
        const url = new URL(region.base_url ?? provider.base_url);
        const open = (text: string, place: string): string | null => {
          const opened = vault.open(text, place, url.origin);
          if (!opened.ok) {
            problems.push(`${provider.id}: ${unopened[opened.why]}`);
          }
          return opened.ok ? opened.secret : null;
        };
        const secret = isBox(credential.api_key)
          ? open(credential.api_key, keyPlace(provider.id, credential.id))
          : resolveSecret(credential.api_key, provider.id, problems);
        const boxed: string[] = [];
        const headers = Object.entries(region.headers ?? {}).flatMap(
          ([name, value]): [string, string][] => {
            if (!isBox(value)) {
              return [[name.toLowerCase(), value]];
            }
            const opened = open(value, headerPlace(provider.id, region.id, name));
            if (opened === null) {
              return [];
            }
            boxed.push(opened);
            return [[name.toLowerCase(), opened]];
          },
        );
        const key = endpointKey({
          provider: provider.id,
          region: region.id,
          credential: credential.id,
        });
        return [
          key,
          {
            origin: url.origin,
            basePath: url.pathname.replace(/\/+$/, ""),
            headers: {
              ...Object.fromEntries(headers),
              "content-type": "application/json",
              // Last, so that nothing configured can replace it.
              ...(secret === null ? {} : { authorization: `Bearer ${secret}` }),
            },
            allowPrivate: provider.allow_private_network,
            secrets: [...(secret === null ? [] : [secret]), ...boxed],
          },
        ];
      }),
    );
  });
}

/** Why a sealed key is not used. */
export const unopened = {
  unreadable:
    "its key was sealed for other gateways; type it again, and give every gateway the same BELLWETHER_PRIVATE_KEY",
  other_origin: "its key was given for another address and is not sent to this one",
} as const;

/** `env:NAME`, `file:PATH` or, where the document allows it, the secret itself; null when it is not there. */
export function resolveSecret(reference: string, owner: string, problems: string[]): string | null {
  if (reference.startsWith("env:")) {
    const name = reference.slice(4);
    const value = findEnvVariable(name);
    if (value === undefined) {
      problems.push(`${owner}: the environment variable ${name} is not set`);
    }
    return value ?? null;
  }
  if (reference.startsWith("file:")) {
    const path = reference.slice(5);
    try {
      return readFileSync(path, "utf8").trim();
    } catch {
      problems.push(`${owner}: the file ${path} cannot be read`);
      return null;
    }
  }
  return reference;
}
