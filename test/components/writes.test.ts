import { QueryClient } from "@tanstack/react-query";
import { afterEach, describe, expect, it, vi } from "vitest";
import { healthQueries } from "@/components/lib/queries";
import { createStore } from "@/components/lib/store";
import { ask, undo } from "@/components/lib/writes/actions";
import { formerDraft, laterDraft, nextDraft, parsedDraft } from "@/components/lib/writes/draft";
import { impactRequest } from "@/components/lib/writes/impact";
import {
  begun,
  disputedIn,
  isAwaited,
  noWrites,
  observed,
  type Saved,
  shownWanted,
  stored,
  toOrder,
  undoable,
  type Wanted,
  withSaved,
  type Write,
  writeOf,
} from "@/components/lib/writes/model";
import { progressOf, proofOf } from "@/components/lib/writes/proof";
import { proofTexts } from "@/components/lib/writes/proof-text";
import { call, health, node, now, switched, target } from "./fixtures";
import { wordsOf } from "./words";

const off: Wanted = { kind: "switch", intent: "draining", until: null, reason: null };
const enabled: Wanted = { ...off, intent: "enabled" };
const east = target();
const west = target({ region: "eu-west" });

const write: Write = {
  seq: 1,
  ref: { type: "target", id: east.id },
  wanted: off,
  previous: enabled,
  basedOn: 3,
  also: [],
  undoes: null,
  sent: null,
  acks: {},
  doneAtMs: null,
};
const sent = { revision: 13, createdAt: now };

function acknowledged(nodes: Parameters<typeof observed>[1], nowMs = now + 1000): Write {
  const state = observed(stored(begun(noWrites, write), 1, sent), nodes, nowMs);
  const [only] = state.writes;
  if (only === undefined) {
    throw new Error("The write is gone.");
  }
  return only;
}

describe("a change on its way", () => {
  it("shows the wish until the server's view contains it, then the view", () => {
    expect(shownWanted(write, enabled, 3)).toBe(off);
    expect(shownWanted({ ...write, sent }, enabled, 12)).toBe(off);
    expect(shownWanted({ ...write, sent }, enabled, 13)).toBe(enabled);
    expect(shownWanted(undefined, enabled, 3)).toBe(enabled);
  });

  it("counts a node when it has applied the revision or a later one", () => {
    const nodes = [node("a", 12, now), node("b", 13, now + 400), node("c", 14, now + 600)];
    expect(acknowledged(nodes)).toMatchObject({ acks: { b: 400, c: 600 }, doneAtMs: null });
  });

  it("does not count a node that refuses it, however far it is", () => {
    const problem = "routes.0: no";
    const nodes = [
      node("a", 14, now + 400, { revision: 13, problem }),
      node("b", 14, now + 500, { revision: 12, problem }),
    ];
    expect(acknowledged(nodes)).toMatchObject({ acks: { b: 500 }, doneAtMs: null });
  });

  it("keeps the first time of a node that applies more later", () => {
    const first = acknowledged([node("a", 13, now + 400)]);
    const later = observed(
      { ...noWrites, writes: [first] },
      [node("a", 20, now + 9000)],
      now + 9000,
    );
    expect(later.writes[0]?.acks).toEqual({ a: 400 });
  });

  it("is forgotten half a minute after all nodes obeyed", () => {
    const done = { ...noWrites, writes: [acknowledged([node("a", 13, now + 400)])] };
    expect(observed(done, [], now + 30_000).writes).toHaveLength(1);
    expect(observed(done, [], now + 32_000).writes).toHaveLength(0);
  });

  it("replaces an older change of the same object only", () => {
    const other = { ...write, seq: 2, ref: { type: "model", id: "gpt-4.1" } as const };
    const state = begun(begun(begun(noWrites, write), other), { ...write, seq: 3 });
    expect(state.writes.map(({ seq }) => seq)).toEqual([2, 3]);
  });
});

describe("a change of several objects", () => {
  const model = (id: string): Write["ref"] => ({ type: "model", id });
  const stopped: Wanted = { ...off, intent: "disabled" };
  const several: Write = {
    ...write,
    ref: model("a"),
    also: [{ ref: model("b"), wanted: off, previous: stopped }],
  };

  it("is shown at each of them, with what each of them was", () => {
    const { writes } = begun(noWrites, several);
    expect(writeOf(writes, model("a"))).toBe(several);
    expect(writeOf(writes, model("b"))).toMatchObject({ ref: model("b"), previous: stopped });
    expect(writeOf(writes, model("c"))).toBeUndefined();
  });

  it("goes on being shown where nothing newer is, and is gone when all of it is", () => {
    const newer = { ...write, seq: 2, ref: model("a"), wanted: enabled };
    const one = begun(begun(noWrites, several), newer);
    expect(writeOf(one.writes, model("a"))?.seq).toBe(2);
    expect(writeOf(one.writes, model("b"))?.seq).toBe(1);
    const both = begun(begun(noWrites, several), { ...several, seq: 3 });
    expect(both.writes.map(({ seq }) => seq)).toEqual([3]);
  });

  it("is asked about as one", () => {
    expect(impactRequest(model("a"), off, ["b"])).toMatchObject({ objectId: "a", also: ["b"] });
    expect(impactRequest(model("a"), off)).not.toHaveProperty("also");
  });

  it("is disputed where somebody changed what was seen to something else, and where the server said so", () => {
    const view = health([], {
      models: [
        switched("a", { intent: "draining", revision: 5 }),
        switched("b", { intent: "disabled", revision: 6 }),
        switched("c", {}),
        switched("d", { revision: 7 }),
      ],
    });
    const also = ["b", "c", "d"].map((id) => ({ ref: model(id), wanted: off, previous: enabled }));
    const conflict = { write: { ...several, also }, theirRevision: 6, theirPolicy: {} };
    const namesOf = (id: string) =>
      disputedIn({ ...conflict, id }, view).map(({ ref, theirs }) => [ref.id, theirs?.revision]);
    expect(namesOf("b")).toEqual([
      ["b", 6],
      ["d", 7],
    ]);
    // The page's view may be older than the server's word.
    expect(namesOf("c")).toEqual([
      ["b", 6],
      ["c", 3],
      ["d", 7],
    ]);
  });
});

describe("a refusal because somebody was faster", () => {
  const model = (id: string): Write["ref"] => ({ type: "model", id });
  const client = new QueryClient();
  const failed: unknown[] = [];
  const deps = {
    ...{ client, store: createStore(noWrites), nowMs: () => now },
    ...{ onStored: () => undefined, onSaved: () => undefined },
    onFailed: (_write: Write, error: unknown) => failed.push(error),
  };
  const error = {
    code: "conflict",
    values: { id: "b" },
    details: { current: { revision: 14 } },
  };

  afterEach(() => {
    vi.unstubAllGlobals();
    client.clear();
    deps.store.update(() => noWrites);
  });

  it("puts the choice to the person for several as for one, also when they are taken back", async () => {
    const asked: { path: string; ifMatch: string | null; body: unknown }[] = [];
    vi.stubGlobal("fetch", (path: string, { headers, body }: RequestInit) => {
      const ifMatch = new Headers(headers).get("if-match");
      asked.push({ path, ifMatch, body: JSON.parse(body as string) });
      return Promise.resolve(Response.json({ error }, { status: 409 }));
    });
    const view = health([], { models: [switched("a", {}), switched("b", {})] });
    client.setQueryData(healthQueries.view().queryKey, view);
    expect(await ask(deps, model("a"), off, { also: ["b"], isConfirmed: true })).toBe(false);
    const { conflict } = deps.store.get();
    expect(conflict).toMatchObject({ id: "b", theirRevision: 14, write: { basedOn: 12 } });
    expect(failed).toEqual([]);
    deps.store.update(() => noWrites);
    const stopped: Wanted = { ...off, intent: "disabled" };
    const done = {
      ...{ ...write, ref: model("a"), sent: { ...sent, revisions: [12, 13] } },
      also: [{ ref: model("b"), wanted: off, previous: stopped }],
    };
    await undo(deps, done);
    const taken = deps.store.get().conflict;
    expect(taken).toMatchObject({ id: "b", theirRevision: 14 });
    expect(taken?.write).toMatchObject({
      ...{ undoes: done, basedOn: 13, wanted: enabled },
      also: [{ wanted: stopped, previous: off }],
    });
    const theirs = health([], {
      models: [switched("a", { revision: 13 }), switched("b", { revision: 14 })],
    });
    expect(disputedIn(taken!, theirs).map(({ ref }) => ref.id)).toEqual(["b"]);
    expect(deps.store.get().writes).toEqual([done]);
    await undo(deps, done, 14);
    expect(failed).toEqual([]);
    const path = "/api/changes/13/revert";
    expect(asked.slice(1)).toEqual([
      { path, ifMatch: null, body: { also: [12, 13] } },
      { path, ifMatch: "14", body: { also: [12, 13], overrule: true } },
    ]);
  });
});

describe("a change that is asked about first", () => {
  const client = new QueryClient();
  const nothing = (): void => undefined;
  const deps = {
    ...{ client, store: createStore(noWrites), nowMs: () => now },
    ...{ onStored: nothing, onSaved: nothing, onFailed: nothing },
  };
  const model = { type: "model", id: "a" } as const;
  const view = (revision: number) =>
    health([], { revision, models: [switched("a", { revision }), switched("b", {})] });

  afterEach(() => {
    vi.unstubAllGlobals();
    client.clear();
  });

  it.each([
    ["one", [], 3],
    ["several", ["b"], 12],
  ] as const)(
    "stands in the way of what came in behind the question: %s",
    async (_of, also, seen) => {
      const sent: (string | null)[] = [];
      vi.stubGlobal("fetch", (path: string, init: RequestInit) => {
        if (path !== "/api/impact") {
          sent.push(new Headers(init.headers).get("if-match"));
        }
        return Promise.resolve(
          Response.json({ tier: "T1", revision: 15, createdAt: now, nodes: [] }),
        );
      });
      const before = health([], { models: [switched("a", {}), switched("b", {})] });
      client.setQueryData(healthQueries.view().queryKey, before);
      await ask(deps, model, off, { also });
      const { confirming } = deps.store.get();
      client.setQueryData(healthQueries.view().queryKey, view(14));
      await ask(deps, model, off, { also, basedOn: confirming?.basedOn, isConfirmed: true });
      expect(sent).toEqual([String(seen)]);
    },
  );
});

describe("what a form saved", () => {
  const saved: Saved = {
    ...{ seq: 2, name: "acme", sent, acks: {}, doneAtMs: null, outcome: "saved" },
    takeBack: () => Promise.reject(new Error("Not in this test.")),
  };
  const state = { ...noWrites, saves: [saved] };

  it("is followed to the nodes as a switch is, and forgotten half a minute after", () => {
    const done = observed(state, [node("a", 13, now + 400)], now + 1000);
    expect(done.saves).toMatchObject([{ acks: { a: 400 }, doneAtMs: now + 1000 }]);
    expect(observed(done, [], now + 32_000).saves).toEqual([]);
  });

  it("is told of until somebody has read it while a node is silent, but not waited for", () => {
    const late = now + 600_000;
    expect(observed(state, [node("a", 12, now)], late).saves).toEqual([saved]);
    expect(isAwaited(state, now + 60_000)).toBe(true);
    expect(isAwaited(state, late)).toBe(false);
    expect(withSaved(state, 2, null).saves).toEqual([]);
  });

  it("is what a key takes back when it is the newest of all, once, and within ten seconds", () => {
    const older = { ...write, sent };
    const both = { ...state, writes: [older] };
    expect(undoable(both, now + 9000)).toBe(saved);
    expect(undoable({ ...both, writes: [{ ...older, seq: 3 }] }, now + 9000)?.seq).toBe(3);
    expect(undoable(withSaved(both, 2, { outcome: "undone" }), now + 9000)).toBe(older);
    expect(undoable(withSaved(state, 2, { outcome: "undoing" }), now + 9000)).toBeUndefined();
    expect(undoable(both, now + 10_001)).toBeUndefined();
    const forGood = { ...state, saves: [{ ...saved, takeBack: null }] };
    expect(undoable(forGood, now + 9000)).toBeUndefined();
  });
});

describe("the proof", () => {
  const nodes = [node("a", 13, now + 400), node("b", 12, now)];
  const view = health([east, west], { nodes });
  const allApplied = health([east, west], { nodes: [node("a", 13, now + 400)] });
  const done = acknowledged(allApplied.nodes);
  const page = (calls: ReturnType<typeof call>[]) => ({ calls, generatedAt: now + 1200 });
  const { f, say } = wordsOf("en");

  it("says what is not known yet", () => {
    expect(proofOf(write, view, undefined, now)).toEqual({ kind: "sending" });
    expect(proofOf(acknowledged(nodes), view, undefined, now + 1000)).toEqual({
      kind: "applying",
      acked: 1,
      of: 2,
    });
  });

  it("names the silent node after five seconds", () => {
    expect(proofOf(acknowledged(nodes), view, undefined, now + 5001)).toEqual({
      kind: "silent",
      acked: 1,
      of: 2,
      nodes: ["b"],
      refusing: [],
    });
  });

  it("says at once which node refuses it, and is silent about nobody else", () => {
    const refused = { revision: 13, problem: "routes.0: no" };
    const some = [node("a", 13, now + 400), node("b", 14, now + 500, refused)];
    const proof = progressOf(acknowledged(some), some, now + 1000);
    expect(proofTexts(proof, null, f).map(say)).toEqual(["applied on 1/2", "b refuses it"]);
    const late = [...some, node("c", 12, now)];
    const later = progressOf(acknowledged(late), late, now + 6000);
    expect(proofTexts(later, null, f).map(say)).toEqual([
      "applied on 1/3 · c silent",
      "b refuses it",
    ]);
  });

  it("claims nothing while no node reports", () => {
    const nobody = health([east], { nodes: [] });
    expect(proofOf({ ...write, sent }, nobody, undefined, now + 100).kind).toBe("applying");
    expect(proofOf({ ...write, sent }, nobody, undefined, now + 6000).kind).toBe("silent");
  });

  it("shows the first call after the last node obeyed, not one before", () => {
    const before = call({ startedAt: now + 300, region: "us-east" });
    const after = call({ startedAt: now + 1000, region: "eu-west", askedModel: "gpt-4.1" });
    expect(proofOf(done, allApplied, page([before]), now + 1000)).toMatchObject({ lastCall: null });
    const proof = proofOf(done, allApplied, page([after, before]), now + 1000);
    expect(proofTexts(proof, off, f).map(say)).toEqual([
      "off on 1/1 nodes in 0.4 s",
      "last call 0.2 s ago went to gpt-4.1 / eu-west",
    ]);
  });

  it("admits a call that still used what was switched off", () => {
    const attempt = {
      seq: 0,
      startedAt: now + 1000,
      targetId: east.id,
      provider: "acme",
      region: "us-east",
      model: "gpt-4.1",
      outcome: "succeeded",
      reason: null,
      status: 200,
      error: null,
      health: false,
      ttftMs: 1,
      durationMs: 2,
    } as const;
    const wrong = call({ startedAt: now + 1000, attempts: [attempt] });
    const proof = proofOf(done, allApplied, page([wrong]), now + 1000);
    expect(proof).toMatchObject({ lastCall: { contradicts: true } });
  });
});

describe("the question about a change", () => {
  it("names a switch by its object and a chain by its route", () => {
    expect(impactRequest({ type: "model", id: "gpt-4.1" }, off)).toEqual({
      type: "switch",
      objectType: "model",
      objectId: "gpt-4.1",
      intent: "draining",
    });
    expect(impactRequest({ type: "route", id: "auto" }, toOrder(["a", "b"]))).toEqual({
      type: "chain",
      routeId: "auto",
      chain: ["a", "b"],
    });
  });
});

describe("a draft", () => {
  const saved = { chain: ["a", "b"], policy: {}, revision: 7 };
  const first = nextDraft(null, saved, { chain: ["b", "a"], policy: {} });

  it("goes back step by step to what is saved", () => {
    const second = nextDraft(first, saved, { chain: ["b"], policy: {} });
    expect(second).toMatchObject({ chain: ["b"], basedOn: 7 });
    expect(formerDraft(second)).toMatchObject({ chain: ["b", "a"], past: first.past });
    const start = formerDraft(first)!;
    expect(start).toMatchObject({ chain: ["a", "b"], past: [] });
    expect(formerDraft(start)).toBeNull();
  });

  it("does again what was taken back, until another step is made", () => {
    const second = nextDraft(first, saved, { chain: ["b"], policy: {} });
    const start = formerDraft(formerDraft(second)!)!;
    expect(laterDraft(second)).toBeNull();
    expect(laterDraft(start)).toMatchObject({ chain: ["b", "a"], past: first.past });
    expect(laterDraft(laterDraft(start)!)).toEqual(second);
    const other = nextDraft(laterDraft(start), saved, { chain: ["a"], policy: {} });
    expect(laterDraft(other)).toBeNull();
    expect(formerDraft(other)).toMatchObject({ chain: ["b", "a"] });
  });

  it("takes typing on in one field for one step, and another field for another", () => {
    const typed = (draft: typeof first, place: string, text: string): typeof first =>
      nextDraft(
        draft,
        saved,
        { chain: ["b", "a"], policy: { ...draft.policy, [place]: text } },
        place,
      );
    const one = typed(typed(first, "limits.ttft_s", "1"), "limits.ttft_s", "12");
    expect(one.past).toHaveLength(2);
    const other = typed(one, "limits.idle_s", "3");
    expect(formerDraft(other)).toMatchObject({ policy: { "limits.ttft_s": "12" } });
    expect(formerDraft(formerDraft(other)!)).toMatchObject({ policy: {}, chain: ["b", "a"] });
  });

  it("is read as it was kept, and not at all when that is something else", () => {
    expect(parsedDraft(JSON.stringify(first))).toEqual(first);
    const others: unknown[] = [
      null,
      7,
      {},
      { ...first, basedOn: "7" },
      { ...first, chain: [1] },
      { ...first, policy: null },
      { ...first, policy: { "limits.ttft_s": 1 } },
      { ...first, past: [{}] },
      { ...first, future: undefined },
      { ...first, place: 1 },
    ];
    for (const text of ["", "{", ...others.map((one) => JSON.stringify(one))]) {
      expect(parsedDraft(text)).toBeNull();
    }
  });
});
