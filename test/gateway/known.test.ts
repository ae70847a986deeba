import { describe, expect, it } from "vitest";
import { type ConfigInput, configDocument, emptyDocument } from "@/lib/config/document";
import type { Snapshot } from "@/lib/core/types";
import { type Known, nothingKnown, snapshotOf, takeChanges } from "@/lib/gateway/known";
import { noAppKeyLimits, type AppKeyRow } from "@/lib/store/app-keys";
import type { Changes } from "@/lib/store/configuration";
import type { SwitchRow } from "@/lib/store/switches";

const input = {
  providers: [{ id: "acme", base_url: "https://api.acme.example/v1", api_key: "env:ACME_KEY" }],
  models: [{ id: "a", targets: [{ provider: "acme" }] }],
} satisfies ConfigInput;
const published = (revision: number) => ({ revision, document: configDocument.parse(input) });
const refused = { revision: 0, problem: "no" };

function news(revision: number, over: Partial<Changes> = {}): Changes {
  return {
    revision,
    config: null,
    switches: [],
    keys: [],
    unreadableKeys: [],
    resets: [],
    ...over,
  };
}

function off(revision: number, intent: SwitchRow["intent"] = "disabled"): SwitchRow {
  return {
    objectType: "model",
    objectId: "a",
    intent,
    until: null,
    reason: null,
    actor: { type: "operator", name: "test" },
    revision,
    changedAt: 0,
  };
}

function key(id: string, revision: number, over: Partial<AppKeyRow> = {}): AppKeyRow {
  const row = { id, name: id, hash: `hash of ${id}`, last4: "abcd", kind: "live" } as const;
  const rest = { limits: noAppKeyLimits, former: null, drill: null, revokedAt: null, revision };
  return { ...row, source: "minted", ...rest, ...over };
}

/** Knows the published document of revision 5. */
function wellKnown(): Known {
  const known = nothingKnown();
  takeChanges(known, news(5), { published: published(5), refused: null }, true);
  return known;
}

const snapshot = (known: Known, former: Snapshot | null, moved: Partial<Record<string, boolean>>) =>
  snapshotOf(
    known,
    former,
    { document: false, switches: false, keys: false, ...moved },
    (ms) => ms,
    emptyDocument,
  );

describe("news", () => {
  it("of a refused document keep the one before it, and its revision", () => {
    const known = wellKnown();
    const seven = { ...refused, revision: 7 };
    takeChanges(known, news(7), { published: null, refused: seven }, false);
    expect(known).toMatchObject({
      seen: 7,
      applied: 5,
      refused: seven,
      published: { revision: 5 },
    });
  });

  it("of switches and keys are taken past a refused document", () => {
    const known = wellKnown();
    const seven = { ...refused, revision: 7 };
    takeChanges(known, news(7), { published: null, refused: seven }, false);
    const changes = news(9, { switches: [off(8)], keys: [key("k", 9)] });
    takeChanges(known, changes, { published: null, refused: null }, false);
    expect(known).toMatchObject({ applied: 9, refused: seven, published: { revision: 5 } });
    expect(known.keys.byHash.get("hash of k")).toMatchObject({ id: "k" });
  });

  it("that end in a refused document are obeyed as far as they can be", () => {
    const known = wellKnown();
    const changes = news(9, { switches: [off(6)], keys: [key("k", 8)] });
    takeChanges(known, changes, { published: null, refused: { ...refused, revision: 9 } }, false);
    expect(known).toMatchObject({ seen: 9, applied: 8 });
  });

  it("of a good document clear what was refused before it", () => {
    const known = wellKnown();
    takeChanges(known, news(7), { published: null, refused: { ...refused, revision: 7 } }, false);
    takeChanges(known, news(8), { published: published(8), refused: null }, false);
    expect(known).toMatchObject({ applied: 8, refused: null, published: { revision: 8 } });
  });

  it("of a good document before a refused one take the good one", () => {
    const known = wellKnown();
    const nine = { ...refused, revision: 9 };
    takeChanges(known, news(9), { published: published(8), refused: nine }, false);
    expect(known).toMatchObject({ applied: 8, refused: nine, published: { revision: 8 } });
  });

  it("of everything replace what was known", () => {
    const known = wellKnown();
    const first = news(6, { switches: [off(6)], keys: [key("gone", 6)] });
    takeChanges(known, first, { published: null, refused: null }, false);
    takeChanges(known, news(2), { published: published(1), refused: null }, true);
    expect(known).toMatchObject({ seen: 2, applied: 2, published: { revision: 1 } });
    expect(known.switches.size + known.keys.byHash.size).toBe(0);
  });

  it("let nobody in whose key was revoked, replaced or is not readable any more", () => {
    const known = wellKnown();
    const none = { published: null, refused: null };
    const keys = ["a", "b", "c", "d"].map((id) => key(id, 6));
    takeChanges(known, news(6, { keys }), none, false);
    const changed = [key("a", 7, { revokedAt: 1 }), key("b", 7, { hash: "another" })];
    takeChanges(known, news(7, { keys: changed, unreadableKeys: ["c"] }), none, false);
    expect([...known.keys.byHash.keys()].toSorted()).toEqual(["another", "hash of d"]);
    expect([...known.keys.rows()].map(({ id }) => id).toSorted()).toEqual(["a", "b", "d"]);
  });

  it("of secrets that changed hands let each key in as itself", () => {
    const known = wellKnown();
    const none = { published: null, refused: null };
    takeChanges(known, news(6, { keys: [key("a", 6), key("b", 6)] }), none, false);
    const swapped = [key("a", 7, { hash: "hash of b" }), key("b", 7, { hash: "hash of a" })];
    takeChanges(known, news(7, { keys: swapped }), none, false);
    expect(known.keys.byHash.get("hash of a")?.id).toBe("b");
    expect(known.keys.byHash.get("hash of b")?.id).toBe("a");
  });
});

describe("the snapshot", () => {
  it("after a switch is another one, with the same targets and routes", () => {
    const known = wellKnown();
    const before = snapshot(known, null, { document: true });
    takeChanges(known, news(6, { switches: [off(6)] }), { published: null, refused: null }, false);
    const after = snapshot(known, before, { switches: true });
    expect(before.holds.size).toBe(0);
    expect(after.holds.get("acme:global:a")).toMatchObject([{ intent: "disabled", type: "model" }]);
    expect(after.revision).toBe(6);
    expect(after.routes).toBe(before.routes);
    expect(after.targets).toBe(before.targets);
  });

  it("after a change of keys is the same under a new number", () => {
    const known = wellKnown();
    const before = snapshot(known, null, { document: true });
    takeChanges(known, news(6, { keys: [key("k", 6)] }), { published: null, refused: null }, false);
    const after = snapshot(known, before, { keys: true });
    expect(after).toEqual({ ...before, revision: 6 });
    expect(after.holds).toBe(before.holds);
  });
});
