import {
  cpSync,
  existsSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { PlanEntry } from "@/lib/core/plan";
import { type CallLog, type CallLogOptions, createCallLog } from "@/lib/gateway/call-log";
import { CallBody } from "@/lib/gateway/call-body";
import { bodyPlace, createSealer } from "@/lib/shared/sealed";
import type { CallBodyRecord } from "@/lib/store/call-bodies";
import type { CallLogBatch, CallLogLine, CallRecord } from "@/lib/store/call-log";
import type { LogGapRecord } from "@/lib/store/log-gaps";
import { callRecord } from "../store/traffic";
import { temporaryFolder } from "./spool/support";

// Real files and real times: a busy machine takes longer.
vi.setConfig({ testTimeout: 30_000 });

const sealer = createSealer("a password");

/** What a database would have: rows by their ids, each once. */
interface Rows {
  calls: Map<string, CallRecord>;
  plans: Map<string, number>;
  gaps: Map<string, LogGapRecord>;
  bodies: Map<string, CallBodyRecord>;
  /** Rows that came again. */
  repeated: number;
  isAway: boolean;
}

function emptyRows(): Rows {
  return {
    calls: new Map(),
    plans: new Map(),
    gaps: new Map(),
    bodies: new Map(),
    repeated: 0,
    isAway: false,
  };
}

interface Opened {
  log: CallLog;
  lines: string[];
  dataDir: string;
  /** From now on nothing reaches the database. */
  cut: () => void;
}

function open(rows: Rows, dataDir: string, changes: Partial<CallLogOptions> = {}): Opened {
  const lines: string[] = [];
  let isCut = false;
  const answers = (): void => {
    if (rows.isAway || isCut) {
      throw new Error("away");
    }
  };
  const log = createCallLog({
    nodeId: "host/0",
    dataDir,
    slot: 0,
    flush: "off",
    maxBytes: 64 * 1024 * 1024,
    now: () => performance.now(),
    async ship({ lines: text, plans }: CallLogBatch) {
      answers();
      for (const { call } of JSON.parse(text.toString()) as CallLogLine[]) {
        rows.repeated += Number(rows.calls.has(call.id));
        rows.calls.set(call.id, rows.calls.get(call.id) ?? call);
      }
      for (const { hash } of JSON.parse(plans.toString()) as { hash: string }[]) {
        rows.plans.set(hash, (rows.plans.get(hash) ?? 0) + 1);
      }
    },
    async shipGaps(gaps) {
      answers();
      gaps.forEach((gap) => rows.gaps.set(gap.id, gap));
    },
    async shipBodies(bodies) {
      answers();
      for (const body of JSON.parse(bodies.toString()) as CallBodyRecord[]) {
        rows.bodies.set(body.call_id, body);
      }
      return true;
    },
    sealer,
    say: { info: (line) => lines.push(line), warn: (line) => lines.push(`warning: ${line}`) },
    ...changes,
  });
  onTestFinished(async () => {
    await log.close(0);
  });
  const cut = (): void => {
    isCut = true;
  };
  return { log, lines, dataDir, cut };
}

/** What is left of a data folder when its process is killed now; the lock names a process that is gone. */
function killed({ dataDir, cut }: Opened): string {
  cut();
  const copy = temporaryFolder();
  cpSync(join(dataDir, "spool"), join(copy, "spool"), { recursive: true });
  for (const slot of readdirSync(join(copy, "spool"))) {
    for (const name of readdirSync(join(copy, "spool", slot))) {
      if (name.startsWith("lock.")) {
        writeFileSync(join(copy, "spool", slot, name), "999999999 gone 1");
      }
    }
  }
  return copy;
}

const segmentsIn = (dataDir: string, slot = "0"): string[] =>
  readdirSync(join(dataDir, "spool", slot)).filter((name) => name.endsWith(".log"));

const spooled = (dataDir: string): string =>
  segmentsIn(dataDir)
    .map((name) => readFileSync(join(dataDir, "spool/0", name), "latin1"))
    .join("");

function callOf(changes: Partial<CallRecord> = {}): CallRecord {
  return callRecord(Date.now(), changes);
}

function begin(log: CallLog, call: CallRecord): CallRecord {
  const { id, started_at, node_id, key_id, demo, route, asked_model, stream, revision } = call;
  const begun = { id, started_at, node_id, key_id, demo, route, asked_model, stream, revision };
  log.begin({ ...begun, plan_hash: call.plan_hash, metadata: call.metadata });
  return call;
}

function run(log: CallLog, changes: Partial<CallRecord> = {}): CallRecord {
  const call = begin(log, callOf(changes));
  log.record({ call, attempts: [] }).catch((error: unknown) => {
    throw error;
  });
  return call;
}

const endOfTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const planOf = (reason: string): PlanEntry[] =>
  [{ target: "a:b:c", decision: "eligible", reason }] as unknown as PlanEntry[];

describe("the call log", () => {
  it("brings every call to the database and leaves nothing behind", async () => {
    const rows = emptyRows();
    const { log, dataDir, lines } = open(rows, temporaryFolder());
    const calls = Array.from({ length: 1_200 }, () => run(log));
    expect(await log.close(10_000)).toBe(0);
    expect([...rows.calls.keys()]).toEqual(calls.map(({ id }) => id));
    expect(rows.repeated).toBe(0);
    expect(segmentsIn(dataDir)).toEqual([]);
    expect(lines).toEqual([]);
  });

  it("has every call that ended before its process was killed, and those that had not as unknown", async () => {
    const rows = emptyRows();
    rows.isAway = true;
    const first = open(rows, temporaryFolder());
    const ended = Array.from({ length: 20 }, () => run(first.log));
    const hash = first.log.planHash(planOf("chain_order"));
    const torn = begin(first.log, callOf({ plan_hash: hash, metadata: { user: "ann" } }));
    await endOfTurn();
    const copy = killed(first);
    rows.isAway = false;
    const second = open(rows, copy);
    await vi.waitFor(() => expect(rows.calls.size).toBe(21), 15_000);
    expect(ended.every(({ id }) => rows.calls.get(id)?.outcome === "served")).toBe(true);
    expect(rows.calls.get(torn.id)).toMatchObject({
      outcome: "unknown_crash",
      status: 0,
      route: "auto",
      asked_model: "auto",
      model: null,
      cost_nano_usd: null,
      plan_hash: hash,
      metadata: { user: "ann" },
    });
    expect(rows.plans.get(hash!)).toBe(1);
    expect(await second.log.close(1_000)).toBe(0);
    expect(segmentsIn(copy)).toEqual([]);
  });

  it("writes down what began and ended in one turn of the event loop when that turn ends", async () => {
    const rows = emptyRows();
    rows.isAway = true;
    const opened = open(rows, temporaryFolder());
    const quick = run(opened.log);
    const begun = [begin(opened.log, callOf()), begin(opened.log, callOf())];
    expect(spooled(opened.dataDir)).toBe("");
    await endOfTurn();
    expect(spooled(opened.dataDir)).toContain(quick.id);
    expect(begun.filter(({ id }) => spooled(opened.dataDir).includes(id))).toEqual(begun);
    begin(opened.log, callOf());
    const last = run(opened.log);
    await endOfTurn();
    expect(spooled(opened.dataDir).split(last.id)).toHaveLength(2);
    rows.isAway = false;
    open(rows, killed(opened));
    await vi.waitFor(() => expect(rows.calls.size).toBe(5), 15_000);
    const crashed = [...rows.calls.values()].filter(({ outcome }) => outcome === "unknown_crash");
    expect(crashed).toHaveLength(3);
  });

  it("writes a beginning down when it is 10 ms old, and none of a call that has ended by then", async () => {
    const { log, dataDir } = open(emptyRows(), temporaryFolder());
    const begun = begin(log, callOf());
    const quick = begin(log, callOf());
    await log.record({ call: quick, attempts: [] });
    expect(spooled(dataDir).split(quick.id)).toHaveLength(2);
    expect(spooled(dataDir)).toContain(begun.id);
    // A machine that sleeps through the 10 ms has shown nothing: once more, then.
    const alone = await vi.waitFor(async () => {
      const call = begin(log, callOf());
      await endOfTurn();
      expect(spooled(dataDir)).not.toContain(call.id);
      return call;
    });
    await vi.waitFor(() => expect(spooled(dataDir)).toContain(alone.id));
  });

  it("lets no call end before its record is written, and none of more than 64 wait for the others", async () => {
    const { log, dataDir } = open(emptyRows(), temporaryFolder());
    const isWritten = (call: CallRecord): boolean => spooled(dataDir).includes(call.id);
    const first = callOf();
    const told = log.record({ call: first, attempts: [] }).then(() => isWritten(first));
    await Promise.resolve();
    expect(isWritten(first)).toBe(false);
    expect(await told).toBe(true);
    const many = Array.from({ length: 70 }, () => run(log));
    expect(many.filter(isWritten)).toEqual(many.slice(0, 64));
    await endOfTurn();
    expect(many.filter(isWritten)).toEqual(many);
  });

  it("keeps the others of a turn on the disk when that refuses one of them", async () => {
    const rows = emptyRows();
    rows.isAway = true;
    const { log, dataDir } = open(rows, temporaryFolder());
    const begun = begin(log, callOf());
    const calls = ["", "x".repeat(5_000_000), ""].map((error_message) =>
      run(log, { error_message }),
    );
    await endOfTurn();
    const onDisk = spooled(dataDir);
    expect([begun, ...calls].map(({ id }) => onDisk.includes(id))).toEqual([
      true,
      true,
      false,
      true,
    ]);
    expect(log.counts()).toMatchObject({ unspooled: 1, dropped: 0 });
    rows.isAway = false;
    await vi.waitFor(() => expect(rows.calls.size).toBe(3), 15_000);
  });

  it("doubles nothing when it is killed between commit and delete, again and again", async () => {
    const rows = emptyRows();
    const ids = new Set<string>();
    let dataDir = temporaryFolder();
    for (let turn = 0; turn < 5; turn += 1) {
      const opened = open(rows, dataDir);
      for (let call = 0; call < 30; call += 1) {
        ids.add(run(opened.log).id);
      }
      ids.add(begin(opened.log, callOf()).id);
      await vi.waitFor(() => expect(rows.calls.size).toBeGreaterThan(turn * 31), 15_000);
      dataDir = killed(opened);
    }
    const last = open(rows, dataDir);
    await vi.waitFor(() => expect(rows.calls.size).toBe(ids.size), 15_000);
    expect(await last.log.close(2_000)).toBe(0);
    expect(new Set(rows.calls.keys())).toEqual(ids);
    const unknown = [...rows.calls.values()].filter(({ outcome }) => outcome === "unknown_crash");
    expect(unknown).toHaveLength(5);
    expect(rows.repeated).toBeGreaterThan(0);
  });

  it("remembers a long call's beginning although its segment is long gone", async () => {
    const rows = emptyRows();
    const opened = open(rows, temporaryFolder());
    const long = begin(opened.log, callOf());
    const filler = "x".repeat(2_000);
    for (let round = 0; round < 5; round += 1) {
      for (let call = 0; call < 500; call += 1) {
        run(opened.log, { error_message: filler });
      }
      await vi.waitFor(() => expect(rows.calls.size).toBe((round + 1) * 500), 10_000);
    }
    await vi.waitFor(
      () => expect(segmentsIn(opened.dataDir).length).toBeLessThanOrEqual(2),
      15_000,
    );
    expect(segmentsIn(opened.dataDir)).not.toContain("0000000001.log");
    const second = open(rows, killed(opened));
    await vi.waitFor(() => expect(rows.calls.get(long.id)?.outcome).toBe("unknown_crash"), 10_000);
    await second.log.close(5_000);
  });

  it("keeps megabytes in order on the disk while the database is away, and brings all of them", async () => {
    const rows = emptyRows();
    rows.isAway = true;
    const { log, dataDir } = open(rows, temporaryFolder());
    const filler = "x".repeat(4_000);
    const calls = Array.from({ length: 2_000 }, () => run(log, { error_message: filler }));
    expect(segmentsIn(dataDir).length).toBeGreaterThan(6);
    rows.isAway = false;
    await vi.waitFor(() => expect(rows.calls.size).toBe(2_000), 15_000);
    expect([...rows.calls.keys()]).toEqual(calls.map(({ id }) => id));
    expect(rows.repeated).toBe(0);
    expect(segmentsIn(dataDir).length).toBeLessThanOrEqual(1);
  });

  it("sets a damaged segment aside, says so, and loses no other record", async () => {
    const rows = emptyRows();
    rows.isAway = true;
    const first = open(rows, temporaryFolder());
    const calls = Array.from({ length: 50 }, () => callOf());
    await Promise.all(calls.map((call) => first.log.record({ call, attempts: [] })));
    const copy = killed(first);
    const path = join(copy, "spool/0/0000000001.log");
    const bytes = readFileSync(path);
    bytes.write("damage", Math.floor(bytes.length / 2));
    writeFileSync(path, bytes);
    rows.isAway = false;
    const { log, lines } = open(rows, copy);
    await vi.waitFor(() => expect(rows.gaps.size).toBe(1), 15_000);
    expect(rows.calls.size).toBe(49);
    expect([...rows.gaps.values()][0]).toMatchObject({ reason: "damaged", calls: null });
    expect(log.counts().damagedSegments).toBe(1);
    expect(lines.filter((line) => line.includes("damaged"))).toHaveLength(1);
    expect(existsSync(`${path}.damaged`)).toBe(true);
    const more = run(log);
    await vi.waitFor(() => expect(rows.calls.has(more.id)).toBe(true), 15_000);
  });

  it("leaves out what has no room, counts it in a gap between two instants, and goes on when there is room", async () => {
    const rows = emptyRows();
    rows.isAway = true;
    const { log, lines } = open(rows, temporaryFolder(), { maxBytes: 20_000 });
    const calls = Array.from({ length: 200 }, () => run(log));
    const { dropped } = log.counts();
    expect(dropped).toBeGreaterThan(100);
    rows.isAway = false;
    await vi.waitFor(() => expect(rows.calls.size).toBe(200 - dropped), 10_000);
    const after = run(log);
    await vi.waitFor(() => expect(rows.calls.has(after.id)).toBe(true), 15_000);
    const gap = [...rows.gaps.values()].at(-1)!;
    expect(gap).toMatchObject({ reason: "spool_full", calls: dropped, node_id: "host/0" });
    expect(rows.gaps.size).toBe(1);
    expect(Date.parse(gap.from_at)).toBeGreaterThanOrEqual(Date.parse(calls[0]!.started_at));
    expect(Date.parse(gap.to_at)).toBeLessThanOrEqual(Date.parse(after.started_at));
    expect(log.counts().dropped).toBe(dropped);
    expect(lines.filter((line) => line.includes("no room"))).toHaveLength(1);
  });

  it("goes on in memory while its folder cannot be written, and returns to it by itself", async () => {
    const rows = emptyRows();
    const dataDir = temporaryFolder();
    writeFileSync(join(dataDir, "spool"), "in the way");
    const { log, lines } = open(rows, dataDir);
    const first = run(log);
    await vi.waitFor(() => expect(rows.calls.has(first.id)).toBe(true), 15_000);
    rmSync(join(dataDir, "spool"));
    await vi.waitFor(() => {
      run(log);
      expect(segmentsIn(dataDir)).toHaveLength(1);
    }, 15_000);
    expect(await log.close(5_000)).toBe(0);
    expect(rows.calls.size).toBe(log.counts().recorded);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain("cannot be written");
    expect(lines[1]).toContain("again");
  });

  it("adopts what dead processes left in other slots, and nothing of living ones", async () => {
    const rows = emptyRows();
    rows.isAway = true;
    const dead = open(rows, temporaryFolder(), { slot: 7 });
    const left = [run(dead.log), run(dead.log)];
    const unfinished = begin(dead.log, callOf());
    await endOfTurn();
    const copy = killed(dead);
    const living = open(rows, copy, { slot: 1, lookEveryMs: 3_600_000 });
    const kept = run(living.log);
    const lookers = emptyRows();
    const { log } = open(lookers, copy, { slot: 0, lookEveryMs: 50 });
    await vi.waitFor(() => expect(lookers.calls.size).toBe(3), 15_000);
    expect(left.every(({ id }) => lookers.calls.has(id))).toBe(true);
    expect(lookers.calls.get(unfinished.id)?.outcome).toBe("unknown_crash");
    expect(lookers.calls.has(kept.id)).toBe(false);
    await vi.waitFor(() => expect(segmentsIn(copy, "7")).toEqual([]), 15_000);
    expect(segmentsIn(copy, "1")).toHaveLength(1);
    await log.close(1_000);
  });

  it("keeps what the database could not take at a stop, and says how much", async () => {
    const rows = emptyRows();
    rows.isAway = true;
    const { log, dataDir } = open(rows, temporaryFolder());
    run(log);
    const left = await log.close(2_000);
    expect(left).toBeGreaterThan(0);
    rows.isAway = false;
    const next = open(rows, dataDir);
    await vi.waitFor(() => expect(rows.calls.size).toBe(1), 15_000);
    await next.log.close(1_000);
  });

  it("is readable by its owner only", async () => {
    const { log, dataDir } = open(emptyRows(), temporaryFolder());
    run(log);
    await endOfTurn();
    const modeOf = (path: string): number => statSync(join(dataDir, path)).mode & 0o777;
    expect(modeOf("spool/0")).toBe(0o700);
    expect(modeOf(`spool/0/${segmentsIn(dataDir)[0] ?? ""}`)).toBe(0o600);
  });

  it("tells each plan once, and again after an hour", async () => {
    const rows = emptyRows();
    let nowMs = 0;
    const { log } = open(rows, temporaryFolder(), { now: () => nowMs + performance.now() });
    const hash = log.planHash(planOf("chain_order"))!;
    expect(log.planHash(planOf("chain_order"))).toBe(hash);
    expect(log.planHash(planOf("open"))).not.toBe(hash);
    expect(log.planHash([])).toBeNull();
    await vi.waitFor(() => expect(rows.plans.get(hash)).toBe(1), 15_000);
    nowMs = 3_700_000;
    for (let call = 0; call < 100; call += 1) {
      log.planHash(planOf("chain_order"));
    }
    await vi.waitFor(() => expect(rows.plans.get(hash)).toBe(2), 15_000);
  });

  it("writes nothing that PostgreSQL refuses: no NUL and no half of a pair", async () => {
    const rows = emptyRows();
    const { log } = open(rows, temporaryFolder());
    const call = run(log, { error_message: "a\u0000b\ud83dc 😀 \\u0000" });
    await log.close(2_000);
    expect(rows.calls.get(call.id)?.error_message).toBe("a\ufffdb\ufffdc 😀 \\ufffd");
  });
});

describe("bodies of calls", () => {
  /** A call whose body has `bytes`. */
  const keep = (log: CallLog, bytes = 40): CallRecord => {
    const call = run(log);
    const body = new CallBody(1, Buffer.alloc(bytes, "canary "));
    body.answered("a canary answers");
    log.keepBody(call.id, body);
    return call;
  };
  it("reach the database behind their calls, sealed, and never lie open in the spool", async () => {
    const rows = emptyRows();
    rows.isAway = true;
    const { log, dataDir } = open(rows, temporaryFolder());
    const calls = Array.from({ length: 20 }, () => keep(log));
    const onDisk = spooled(dataDir);
    expect(onDisk).toContain("sealed:");
    expect(onDisk).not.toContain("canary");
    rows.isAway = false;
    await vi.waitFor(() => expect(rows.bodies.size).toBe(20), 15_000);
    expect(calls.every(({ id }) => rows.calls.has(id))).toBe(true);
    const id = calls[7]!.id;
    const { answer, request } = rows.bodies.get(id)!;
    expect(sealer.open(answer!, bodyPlace(id, "answer"))).toBe("a canary answers");
    expect(sealer.open(request, bodyPlace(id, "request"))).toBe("canary ".repeat(6).slice(0, 40));
    expect(log.counts()).toMatchObject({ bodies: 20, bodiesDropped: 0 });
  });

  it("that were in the spool when their process was killed are there after it", async () => {
    const rows = emptyRows();
    rows.isAway = true;
    const first = open(rows, temporaryFolder());
    const calls = Array.from({ length: 20 }, () => keep(first.log));
    const copy = killed(first);
    rows.isAway = false;
    open(rows, copy);
    await vi.waitFor(() => expect(rows.bodies.size).toBe(20), 15_000);
    expect(calls.every(({ id }) => rows.calls.has(id) && rows.bodies.has(id))).toBe(true);
  });

  it("are left out first as the spool fills up: above 80 % none, and records go on to the end", async () => {
    const rows = emptyRows();
    rows.isAway = true;
    const maxBytes = 2_000_000;
    const { log, lines } = open(rows, temporaryFolder(), { maxBytes });
    while (log.counts().bodiesDropped === 0) {
      keep(log, 100_000);
    }
    const full = log.counts();
    expect(full.bodies).toBeGreaterThan(5);
    expect(full.spoolBytes).toBeLessThanOrEqual(maxBytes * 0.8 + 10_000);
    expect(full.spoolBytes).toBeGreaterThan(maxBytes * 0.8 - 150_000);
    const more = Array.from({ length: 200 }, () => keep(log, 100_000));
    expect(log.counts()).toMatchObject({
      bodies: full.bodies,
      bodiesDropped: full.bodiesDropped + 200,
      dropped: 0,
    });
    while (log.counts().dropped === 0) {
      run(log, { error_message: "x".repeat(4_000) });
    }
    expect(log.counts().spoolBytes).toBeGreaterThan(maxBytes);
    rows.isAway = false;
    await vi.waitFor(() => expect(rows.calls.has(more.at(-1)!.id)).toBe(true), 15_000);
    await vi.waitFor(() => expect(log.counts().spoolBytes).toBe(0), 15_000);
    const after = keep(log);
    await vi.waitFor(() => expect(rows.bodies.has(after.id)).toBe(true), 15_000);
    expect(lines.filter((line) => line.includes("nearly full"))).toHaveLength(1);
  });

  it("do not wait in memory for a disk that takes nothing; records do", async () => {
    const rows = emptyRows();
    rows.isAway = true;
    const dataDir = temporaryFolder();
    writeFileSync(join(dataDir, "spool"), "in the way");
    const { log } = open(rows, dataDir);
    const calls = Array.from({ length: 10 }, () => keep(log));
    await endOfTurn();
    expect(log.counts()).toMatchObject({ bodies: 0, bodiesDropped: 10, unspooled: 10 });
    rows.isAway = false;
    await vi.waitFor(() => expect(rows.calls.size).toBe(calls.length), 15_000);
    expect(rows.bodies.size).toBe(0);
  });

  it("for which the database has no place are counted, and hold nothing up", async () => {
    const rows = emptyRows();
    const { log, lines } = open(rows, temporaryFolder(), { shipBodies: async () => false });
    const calls = Array.from({ length: 10 }, () => keep(log));
    await vi.waitFor(() => expect(log.counts().bodiesDropped).toBe(10), 15_000);
    expect(calls.every(({ id }) => rows.calls.has(id))).toBe(true);
    expect(await log.close(2_000)).toBe(0);
    expect(lines.filter((line) => line.includes("earlier release"))).toHaveLength(1);
  });

  it("are not kept where there is no secret to seal them with", async () => {
    const rows = emptyRows();
    const { log, lines } = open(rows, temporaryFolder(), { sealer: null });
    const call = keep(log);
    expect(log.counts()).toMatchObject({ bodies: 0, bodiesDropped: 1 });
    await vi.waitFor(() => expect(rows.calls.has(call.id)).toBe(true), 15_000);
    expect(lines[0]).toContain("no password");
  });
});
