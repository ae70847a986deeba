/** Where each provider × region × credential answers: its pool of connections, its path and its headers. */
import { readFileSync } from "node:fs";
import { Pool } from "undici";
import type { ConfigDocument } from "../config/document";
import { globalRegion } from "../config/targets";
import type { Target } from "../core/types";
import type { RegionPlace } from "../probes/schedule";
import { findEnvVariable } from "../shared/env";
import { redactAlways } from "./redact";

export type Endpoint = {
  readonly origin: string;
  /** Path before `/chat/completions`, without a slash at its end. */
  readonly basePath: string;
  readonly headers: Readonly<Record<string, string>>;
  /** For redaction only. */
  readonly secret: string | null;
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
  pool(origin: string): Pool;
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

/** Pools with keep-alive; our own timers decide how long an answer may take. */
export function openUpstreams(): Upstreams {
  const pools = new Map<string, Pool>();
  let endpoints: Endpoints = { find: () => undefined, regions: [] };
  return {
    endpoints: () => endpoints,
    pool(origin) {
      let pool = pools.get(origin);
      if (pool === undefined) {
        pool = new Pool(origin, {
          connect: { timeout: connectTimeoutMs },
          autoSelectFamily: true,
          headersTimeout: 0,
          bodyTimeout: 0,
          keepAliveTimeout: idleSocketMs,
          maxHeaderSize: maxResponseHeaderBytes,
        });
        pools.set(origin, pool);
      }
      return pool;
    },
    apply(document) {
      const problems: string[] = [];
      const byPlace = new Map(providerEndpoints(document, problems));
      endpoints = {
        find: (target) => byPlace.get(endpointKey(target)),
        regions: regionPlaces(document),
      };
      for (const { secret } of byPlace.values()) {
        if (secret !== null) {
          redactAlways(secret);
        }
      }
      const origins = new Set([...byPlace.values()].map((endpoint) => endpoint.origin));
      for (const [origin, pool] of pools) {
        if (!origins.has(origin)) {
          // It ends what runs on it; a call that began before and comes back gets a new one until the next change.
          pools.delete(origin);
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

function providerEndpoints(document: ConfigDocument, problems: string[]): [string, Endpoint][] {
  return document.providers.flatMap((provider) => {
    const regions = provider.regions ?? [
      { id: globalRegion, base_url: undefined, headers: undefined },
    ];
    const credentials = [{ id: null, api_key: provider.api_key }, ...(provider.credentials ?? [])];
    return regions.flatMap((region) =>
      credentials.map((credential): [string, Endpoint] => {
        const url = new URL(region.base_url ?? provider.base_url);
        const secret = resolveSecret(credential.api_key, provider.id, problems);
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
              ...lowerCased(region.headers ?? {}),
              "content-type": "application/json",
              // Last, so that nothing configured can replace it.
              ...(secret === null ? {} : { authorization: `Bearer ${secret}` }),
            },
            secret,
          },
        ];
      }),
    );
  });
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

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
