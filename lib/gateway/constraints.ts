/** What a call's headers and key allow: regions, models, fallback, time. */
import type { IncomingMessage } from "node:http";
import type { CallConstraints } from "../core/plan";
import { nearestNames } from "../core/resolve";
import type { Limits, Snapshot } from "../core/types";
import { GatewayError } from "../shared/errors";
import type { AppKey } from "./live";

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
    throw new GatewayError("invalid_request", {
      param: "X-Region-Mode",
      message: "`X-Region-Mode` must be prefer or require.",
    });
  }
  return mode;
}

/** The route's limits, as far as the caller is not less patient. */
export function callLimits(req: IncomingMessage, limits: Limits): Limits {
  const sdkSeconds = positive(header(req, "x-stainless-timeout"));
  return {
    ...limits,
    totalMs: Math.min(
      positive(header(req, "x-request-timeout")) ?? limits.totalMs,
      sdkSeconds === null ? limits.totalMs : sdkSeconds * 1_000,
      limits.totalMs,
    ),
    ttftMs: Math.min(positive(header(req, "x-bellwether-ttft-ms")) ?? limits.ttftMs, limits.ttftMs),
  };
}

function header(req: IncomingMessage, name: string): string | null {
  const value = req.headers[name];
  const single = Array.isArray(value) ? value[0] : value;
  return single === undefined || single === "" ? null : single;
}

function positive(value: string | null): number | null {
  const number = Number(value ?? Number.NaN);
  return number > 0 ? number : null;
}

function isTrue(value: string | null): boolean {
  return value !== null && value !== "0" && value.toLowerCase() !== "false";
}
