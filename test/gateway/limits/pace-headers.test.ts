import { expect, it, test } from "vitest";
import { freshPace, takeUnits } from "@/lib/core/pace";
import { readRateLimits } from "@/lib/core/rate-limits";
import { durationText, paceHeaders } from "@/lib/gateway/limits/pace-headers";

test.each([
  [0, "0ms"],
  [11.2, "12ms"],
  [1_000, "1s"],
  [1_204, "1.204s"],
  [360_000, "6m0s"],
  [61_500, "1m1.5s"],
])("writes %d ms as %s", (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

it("says of a limit what a client that reads OpenAI's headers understands", () => {
  const pace = freshPace();
  takeUnits(pace, 90, 600, 0);
  const headers = paceHeaders(null, { pace, perMinute: 600, limit: 600 }, 0);
  expect(headers).toEqual({
    "x-ratelimit-limit-tokens": "600",
    "x-ratelimit-remaining-tokens": "510",
    "x-ratelimit-reset-tokens": "9s",
  });
  expect(readRateLimits(headers, 0)?.tokens).toEqual({
    limit: 600,
    remaining: 510,
    resetMs: 9_000,
  });
});

it("tells the whole limit, and of what is left only this node's share", () => {
  const headers = paceHeaders({ pace: freshPace(), perMinute: 200, limit: 600 }, null, 0);
  expect(headers["x-ratelimit-limit-requests"]).toBe("600");
  expect(headers["x-ratelimit-remaining-requests"]).toBe("200");
});
