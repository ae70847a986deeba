import { describe, expect, it, vi } from "vitest";
import { deliveryOf, mergedChanges } from "@/components/lib/live/apply";
import { createMailbox } from "@/components/lib/live/mailbox";
import { isPolled } from "@/components/lib/live/polling";
import { freshnessOf, heard, lost, openedLive, watched } from "@/components/lib/live/state";
import { negotiatedLocale } from "@/components/lib/i18n/negotiate";
import { parseRange } from "@/components/lib/range";
import { health, target } from "./fixtures";

const message = { via: "stream", generatedAt: 1_000_500, hasDatabase: true } as const;
const live = heard(openedLive(1_000_000), message, 1_000_400);

describe("freshness", () => {
  it("is live with the first message and polls after two missed pings", () => {
    expect(live.link).toBe("live");
    expect(watched(live, 1_020_400).link).toBe("live");
    expect(watched(live, 1_026_000).link).toBe("polling");
  });

  it("polls when no stream opens within five seconds, or when it breaks", () => {
    expect(watched(openedLive(0), 4_000).link).toBe("connecting");
    expect(watched(openedLive(0), 5_100).link).toBe("polling");
    expect(lost(live).link).toBe("polling");
  });

  it("takes the server's clock from the message that came fastest", () => {
    expect(live.offsetMs).toBe(100);
    expect(heard(live, { ...message, generatedAt: 1_000_900 }, 1_001_000).offsetMs).toBe(100);
    expect(heard(live, { ...message, generatedAt: 1_001_190 }, 1_001_000).offsetMs).toBe(190);
  });

  it("does not call the views fresh while the database is away", () => {
    const away = heard(live, { ...message, hasDatabase: false }, 1_010_000);
    expect(away).toMatchObject({ freshAtMs: 1_000_400, heardAtMs: 1_010_000, link: "live" });
  });

  it.each([
    [null, "fresh"],
    [15_000, "fresh"],
    [15_001, "stale"],
    [60_001, "frozen"],
  ] as const)("after %s ms is %s", (ageMs, freshness) => {
    expect(freshnessOf(ageMs)).toBe(freshness);
  });
});

describe("polling", () => {
  const polling = lost(live);
  it("asks for everything every five seconds without the stream", () => {
    expect(isPolled(["health"], polling, 5)).toBe(true);
    expect(isPolled(["health"], polling, 4)).toBe(false);
    expect(isPolled(["health"], live, 5)).toBe(false);
  });

  it("asks for ranges that the stream does not carry, and for nothing while paused", () => {
    expect(isPolled(["metrics", "24h"], live, 10)).toBe(true);
    expect(isPolled(["metrics", "1h"], live, 10)).toBe(false);
    expect(isPolled(["metrics", "24h"], { ...polling, paused: true }, 10)).toBe(false);
    expect(isPolled(["calls", "detail", "1"], polling, 5)).toBe(false);
  });

  it("asks only for what the tab's title tells while the page is hidden, and for the rest when it is seen again", () => {
    expect(isPolled(["health"], polling, 5, true)).toBe(true);
    expect(isPolled(["metrics", "24h"], polling, 5, true)).toBe(false);
    expect(isPolled(["metrics", "24h"], live, 0)).toBe(true);
  });
});

describe("the mailbox", () => {
  it("brings what the tab's title tells to a page that was hidden before its frame came, and the rest when it is seen", () => {
    vi.useFakeTimers();
    const page = Object.assign(new EventTarget(), { hidden: false });
    // A page has its next frame while it is seen, and none that it asked for before.
    const cancelled = vi.fn();
    vi.stubGlobal("document", page);
    vi.stubGlobal("requestAnimationFrame", () => 1);
    vi.stubGlobal("cancelAnimationFrame", cancelled);
    try {
      const got: unknown[] = [];
      const mailbox = createMailbox(({ key }) => got.push(key[0]));
      const view = { generatedAt: 1 };
      mailbox.put("health", { key: ["health"], view });
      mailbox.put("calls", { key: ["calls"], view });
      page.hidden = true;
      page.dispatchEvent(new Event("visibilitychange"));
      vi.advanceTimersByTime(300);
      expect(got).toEqual(["health"]);
      expect(cancelled).toHaveBeenCalledWith(1);
      vi.stubGlobal("requestAnimationFrame", (flush: () => void) => setTimeout(flush, 16));
      page.hidden = false;
      page.dispatchEvent(new Event("visibilitychange"));
      vi.advanceTimersByTime(300);
      expect(got).toEqual(["health", "calls"]);
      mailbox.close();
    } finally {
      vi.unstubAllGlobals();
      vi.useRealTimers();
    }
  });
});

describe("deliveryOf", () => {
  it("drops what is no view", () => {
    for (const text of ["{", "null", "1", "[]", '{"error":{}}', '{"generatedAt":"now"}']) {
      expect(deliveryOf("health", text)).toBeNull();
    }
    expect(deliveryOf("ping", '{"generatedAt":1,"database":true}')).toBeNull();
    const view = health([target()]);
    expect(deliveryOf("health", JSON.stringify(view))).toEqual({ key: ["health"], view });
  });
});

describe("mergedChanges", () => {
  const change = (id: string, at: number) => ({
    id,
    at,
    kind: "health" as const,
    actor: { type: "healer" as const, name: "healer" },
    revision: null,
    reason: null,
    summary: {},
    lines: [],
    lineCount: 0,
    reverts: null,
    revertable: false,
  });
  const page = (generatedAt: number, changes: ReturnType<typeof change>[]) => ({
    generatedAt,
    changes,
    nextCursor: null,
  });

  it("keeps what the stream does not repeat, newest first, each once", () => {
    const known = page(1, [change("b", 2), change("a", 1)]);
    const merged = mergedChanges(known, page(2, [change("c", 3), change("b", 2)]));
    expect(merged.changes.map(({ id }) => id)).toEqual(["c", "b", "a"]);
    expect(mergedChanges(undefined, known)).toEqual(known);
  });
});

describe("what a reader asks for", () => {
  it.each([
    ["ko-KR,ko;q=0.9,en;q=0.8", "ko"],
    ["en-US,en;q=0.9,ko;q=0.8", "en"],
    ["fr;q=0.9,ko;q=0.5", "ko"],
    ["fr", "en"],
    [null, "en"],
  ])("%s is answered in %s", (header, locale) => {
    expect(negotiatedLocale(header)).toBe(locale);
  });

  it("falls back to one hour for a range that does not exist", () => {
    expect(["15m", "7y", undefined, ["6h"]].map(parseRange)).toEqual(["15m", "1h", "1h", "1h"]);
  });
});
