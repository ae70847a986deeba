import { expect, it } from "vitest";
import { FeedView } from "@/components/changes/feed-view";
import { PeopleView } from "@/components/changes/people-view";
import { changesQueries } from "@/components/lib/queries";
import type { Change, Effect } from "@/lib/shared/contract";
import { health, now } from "./fixtures";
import { rendered } from "./rendered";

const person: Change = {
  ...{ id: "r:9", at: now, kind: "switch", revision: 9, reason: null, lines: [], lineCount: 0 },
  ...{ reverts: null, revertable: false, actor: { type: "operator", name: "minji" } },
  summary: { type: "switch", objectType: "model", objectId: "m", from: "enabled", to: "disabled" },
};
const revision = (number: number, over: Partial<Change> = {}): Change => ({
  ...person,
  ...{ id: `r:${number}`, revision: number, ...over },
});
const earlier = now - 60_000;
const file = { type: "file", name: "/etc/bellwether/prod.yaml" } as const;
const changes = [
  person,
  revision(8, { at: now - 59_999 }),
  revision(7, { kind: "key", summary: { type: "key", id: "shop", action: "created" } }),
  revision(6, { at: earlier, actor: file }),
  revision(1, { at: earlier - 60_000 }),
];
const few = { n: 3, servedRate: null, p95Ms: null };
const many = { n: 231, servedRate: 1, p95Ms: 400 };
const effect = (at: number, before: Effect["before"]): Effect => ({
  ...{ at, before, after: few, points: [{ servedRate: 1, p95Ms: 400 }] },
});

/** The line of each change, newest first. */
function lines(effects: Effect[] | "failed" | "asked"): string[] {
  const markup = rendered(<FeedView />, {
    read(client) {
      client.setQueryData(changesQueries.feed("all").queryKey, {
        ...{ pages: [{ generatedAt: now, changes, nextCursor: null }], pageParams: [null] },
      });
      const { queryKey } = changesQueries.effects([now, earlier]);
      if (effects === "failed") {
        client
          .getQueryCache()
          .build(client, { queryKey })
          .setState({ status: "error", error: new Error("It broke."), errorUpdateCount: 1 });
      } else if (effects !== "asked") {
        client.setQueryData(queryKey, { generatedAt: now, effects });
      }
    },
  });
  return markup.slice(markup.indexOf('data-testid="feed"')).split("<li ").slice(1);
}

it("an effect is told at the newest change of its minute, with its calls; too few tell nothing", () => {
  const [newest, same, key, before, first] = lines([effect(now, many), effect(earlier, few)]);
  expect(newest).toContain("calls 231 → 3");
  expect(same).toContain("effect: see r9");
  expect(before).toContain("too few calls to tell");
  expect(`${before}`).not.toContain("—");
  for (const line of [key, first]) {
    expect(line).not.toMatch(/effect|calls/);
  }
});

it("a line of an effect stands before it is read, and says when that failed", () => {
  expect(lines("failed")[0]).toContain("effect not read");
  expect(lines("asked")[0]).toContain("min-h-5.5");
});

it("a file is called by its own name, and its path is the title", () => {
  expect(lines("asked")[3]).toContain('title="/etc/bellwether/prod.yaml">prod.yaml<');
});

it("tells what people changed last, although the healer alone made the newest changes", () => {
  const healed = Array.from({ length: 100 }, (_, index): Change => {
    const summary = { type: "health", target: "t", provider: "p", model: "m", region: "r" };
    return revision(0, { id: `h:${index}`, kind: "health", summary });
  });
  const markup = (others: Change[] | null): string =>
    rendered(<PeopleView />, {
      health: health([]),
      read(client) {
        const page = { generatedAt: now, nextCursor: null };
        client.setQueryData(changesQueries.latest().queryKey, { ...page, changes: healed });
        if (others !== null) {
          client.setQueryData(changesQueries.others(12).queryKey, { ...page, changes: others });
        }
      },
    });
  expect(markup([person])).toContain("minji");
  expect(markup([])).toContain("Nobody has changed anything yet.");
  expect(markup(null)).not.toContain("Nobody");
});
