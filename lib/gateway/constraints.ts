/** What a call's headers and key allow: regions, models, fallback, time, and what becomes of a broken stream. */
import type { IncomingMessage } from "node:http";
import type { CallConstraints } from "../core/events";
import { nearestNames } from "../core/resolve";
import type { Limits, Snapshot } from "../core/types";
import { GatewayError } from "../shared/errors";
import type { AppKey } from "./live";

const maxTimeoutMs = 3_600_000;
const maxTtftMs = 300_000;

/**
 * The constraints of one call.
 *
 * @throws {GatewayError} `unknown_region` with the nearest names, `region_not_allowed`, or `invalid_request`.
 */
export function callConstraints(
  req: IncomingMessage,
  snapshot: Snapshot,
  key: AppKey,
): CallConstraints {
  return {
    allowedModels: key.allowedModels,
    allowedRegions: key.allowedRegions,
    region: askedRegion(req, snapshot, key),
    regionMode: regionMode(req),
    fallback: !isTrue(header(req, "x-bellwether-no-fallback")),
    ttftMs: millisHeader(req, "x-bellwether-ttft-ms", maxTtftMs),
  };
}

/** The region that a request names, or null. */
export function askedRegion(req: IncomingMessage, snapshot: Snapshot, key: AppKey): string | null {
  const region = header(req, "x-region");
  if (region === null) {
    return null;
  }
  if (!snapshot.regions.has(region)) {
    const nearest = nearestNames(region, [...snapshot.regions]).map((name) => `"${name}"`);
    throw new GatewayError("unknown_region", {
      param: "X-Region",
      message:
        `There is no region "${region.slice(0, 64)}".` +
        (nearest.length === 0 ? "" : ` Nearest names: ${nearest.join(", ")}.`),
    });
  }
  if (key.allowedRegions !== null && !key.allowedRegions.has(region)) {
    throw new GatewayError("region_not_allowed", { param: "X-Region" });
  }
  return region;
}

function regionMode(req: IncomingMessage): "prefer" | "require" {
  const mode = header(req, "x-region-mode") ?? "prefer";
  if (mode !== "prefer" && mode !== "require") {
    throw invalid("X-Region-Mode", "prefer or require");
  }
  return mode;
}

/**
 * The route's limits, as far as key and caller are not less patient.
 *
 * @throws {GatewayError} `invalid_request` with the header and its bound.
 */
export function callLimits(req: IncomingMessage, limits: Limits, key: AppKey): Limits {
  const ownMs = Math.min(
    millisHeader(req, "x-request-timeout", maxTimeoutMs) ?? Number.POSITIVE_INFINITY,
    sdkTimeoutMs(req),
  );
  return {
    ...limits,
    totalMs: Math.min(limits.totalMs, ownMs),
    reasoningTotalMs: Math.min(limits.reasoningTotalMs, ownMs),
    midstream: askedMidstream(req) ?? key.midstream ?? limits.midstream,
  };
}

function askedMidstream(req: IncomingMessage): Limits["midstream"] | null {
  const asked = header(req, "x-bellwether-midstream");
  if (asked !== null && asked !== "resume" && asked !== "error" && asked !== "buffer") {
    throw invalid("x-bellwether-midstream", "resume, error or buffer");
  }
  return asked;
}

/** What the SDK itself will wait for. It tells whole seconds, cut off: 0 is less than one. */
function sdkTimeoutMs(req: IncomingMessage): number {
  const name = "x-stainless-timeout";
  const value = header(req, name);
  if (value === null) {
    return Number.POSITIVE_INFINITY;
  }
  const seconds = Number(value);
  if (!(seconds >= 0)) {
    throw invalid(name, "a number of seconds of at least 0");
  }
  return Math.max(1, seconds) * 1_000;
}

function millisHeader(req: IncomingMessage, name: string, highest: number): number | null {
  const value = header(req, name);
  if (value === null) {
    return null;
  }
  const number = Number(value);
  if (!(number >= 1 && number <= highest)) {
    throw invalid(name, `a number of milliseconds from 1 to ${highest}`);
  }
  return number;
}

function invalid(name: string, bound: string): GatewayError {
  return new GatewayError("invalid_request", {
    param: name,
    message: `\`${name}\` must be ${bound}.`,
  });
}

function header(req: IncomingMessage, name: string): string | null {
  const value = req.headers[name];
  const single = Array.isArray(value) ? value[0] : value;
  return single === undefined || single === "" ? null : single;
}

function isTrue(value: string | null): boolean {
  return value !== null && value !== "0" && value.toLowerCase() !== "false";
}
