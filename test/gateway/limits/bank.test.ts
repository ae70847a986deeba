import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Bank, type SetAside, startBank } from "@/lib/gateway/limits/bank";
import type { Exchanged, LeaseRequest } from "@/lib/store/budgets";

/** The database's side of it, as exact as the SQL and as slow as the test wants. */
class Budgets {
  readonly leases = new Map<string, { granted: number; spent: number; key: string }>();
  readonly asked: LeaseRequest[][] = [];
  databaseMs = Date.parse("2026-11-26T12:00:00Z");
  takesMs = 5;
  isAway = false;

  async exchange(requests: readonly LeaseRequest[]): Promise<Exchanged> {
    await this.arrive();
    this.asked.push([...requests]);
    const answers = requests.map((wish) => {
      const key = `${wish.month} ${wish.keyId}`;
      const own = this.leases.get(wish.holder) ?? { granted: 0, spent: 0, key };
      const others = [...this.leases].filter(
        ([holder, one]) => holder !== wish.holder && one.key === key,
      );
      const taken = others.reduce((sum, [, one]) => sum + one.granted, 0);
      const spent = Math.max(own.spent, wish.spentNanoUsd);
      const room = Math.max(0, wish.limitNanoUsd - spent - taken);
      const half = Math.floor(room / 2);
      const held = Math.max(
        0,
        Math.min(wish.wantNanoUsd, own.granted - spent),
        Math.min(wish.wantNanoUsd, Math.max(Math.min(wish.needNanoUsd, room), half)),
      );
      this.leases.set(wish.holder, { granted: spent + held, spent, key });
      return {
        holder: wish.holder,
        grantedNanoUsd: spent + held,
        roomNanoUsd: wish.limitNanoUsd - spent - taken - held,
      };
    });
    return { nowMs: this.databaseMs, answers };
  }

  async arrive(): Promise<void> {
    if (this.isAway) {
      throw new Error("away");
    }
    await new Promise((resolve) => {
      setTimeout(resolve, this.takesMs);
    });
    this.databaseMs += this.takesMs;
  }

  spentOf(key: string): number {
    return [...this.leases.values()]
      .filter((one) => one.key === key)
      .reduce((sum, one) => sum + one.spent, 0);
  }
}

const strict = { limitNanoUsd: 1_000, strict: true };
const loose = { limitNanoUsd: 1_000, strict: false };

let budgets: Budgets;
let bank: Bank;
let graceNanoUsd: number;
let troubles: string[];

function startOn(node: Budgets): Bank {
  return startBank({
    exchange: (requests) => node.exchange(requests),
    readClock: async () => {
      await node.arrive();
      return node.databaseMs;
    },
    endLeases: async () => 0,
    graceNanoUsd: () => graceNanoUsd,
    liveNodes: () => 2,
    now: () => performance.now(),
    onTrouble: (line) => troubles.push(line),
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  budgets = new Budgets();
  graceNanoUsd = 0;
  troubles = [];
  bank = startOn(budgets);
});

afterEach(() => {
  vi.useRealTimers();
});

/** What becomes of a reservation while the clock goes on. */
async function reserved(
  budget: typeof strict,
  nanoUsd: number,
  by = bank,
): Promise<SetAside | string> {
  const settled = Promise.resolve()
    .then(() => by.reserve("app", budget, nanoUsd))
    .catch((error: unknown) => (error as Error).message);
  await vi.advanceTimersByTimeAsync(1_100);
  return settled;
}

async function granted(budget: typeof strict, nanoUsd: number, by = bank): Promise<SetAside> {
  const one = await reserved(budget, nanoUsd, by);
  if (typeof one === "string") {
    throw new Error(one);
  }
  return one;
}

describe("money that is here", () => {
  it("is set aside at once, without a promise and without the database", async () => {
    (await granted(strict, 10)).settle(1);
    await vi.advanceTimersByTimeAsync(2_000);
    const before = budgets.asked.length;
    expect(bank.reserve("app", strict, 5)).not.toBeInstanceOf(Promise);
    expect(budgets.asked).toHaveLength(before);
  });

  it("is leased ahead: two minutes of what is spent", async () => {
    (await granted({ limitNanoUsd: 1e9, strict: true }, 1_000)).settle(0);
    for (let second = 0; second < 60; second += 1) {
      const one = bank.reserve("app", { limitNanoUsd: 1e9, strict: true }, 200_000);
      expect(one).not.toBeInstanceOf(Promise);
      (one as SetAside).settle(200_000);
      await vi.advanceTimersByTimeAsync(1_000);
    }
    const [lease] = budgets.leases.values();
    expect(lease!.granted - lease!.spent).toBeGreaterThan(120 * 150_000);
  });

  it("may be raised while the call runs, as far as it is there", async () => {
    const one = await granted(strict, 600);
    expect(one.raiseTo(500)).toBe(true);
    expect(one.raiseTo(1_001)).toBe(false);
    one.settle(0);
  });

  it("goes back when the key has not called for ten minutes", async () => {
    (await granted(strict, 10)).settle(3);
    await vi.advanceTimersByTimeAsync(620_000);
    expect([...budgets.leases.values()]).toMatchObject([{ granted: 3, spent: 3 }]);
    expect(bank.counts().accounts).toBe(0);
    (await granted(strict, 10)).settle(4);
    await vi.advanceTimersByTimeAsync(7_000);
    expect(budgets.spentOf("2026-11-01 app")).toBe(7);
  });

  it("goes back at the end", async () => {
    (await granted(strict, 500)).settle(123);
    const closed = bank.close();
    await vi.advanceTimersByTimeAsync(100);
    await closed;
    expect([...budgets.leases.values()]).toMatchObject([{ granted: 123, spent: 123 }]);
  });
});

describe("money that is not here", () => {
  it("is leased while the call waits", async () => {
    budgets.takesMs = 200;
    const began = performance.now();
    const waiting = bank.reserve("app", strict, 10);
    expect(waiting).toBeInstanceOf(Promise);
    await vi.advanceTimersByTimeAsync(401);
    await waiting;
    expect(performance.now() - began).toBeLessThan(450);
  });

  it("is asked for once, however many calls wait", async () => {
    const calls = Array.from({ length: 50 }, async () => bank.reserve("app", strict, 10));
    await vi.advanceTimersByTimeAsync(100);
    expect(await Promise.all(calls)).toHaveLength(50);
    expect(budgets.asked).toHaveLength(1);
  });

  it("is refused to those who come when the budget has none, and given to those before", async () => {
    const calls = Array.from({ length: 200 }, async () => bank.reserve("app", strict, 20));
    const outcomes = Promise.allSettled(calls);
    await vi.advanceTimersByTimeAsync(1_100);
    const given = (await outcomes).map(({ status }) => status === "fulfilled");
    expect(given.filter(Boolean)).toHaveLength(50);
    expect(given.slice(0, 50)).not.toContain(false);
  });

  it("is refused at once while the budget is known to have none", async () => {
    await granted(strict, 1_000);
    const first = await reserved(strict, 1);
    expect(first).toContain("less left");
    await vi.advanceTimersByTimeAsync(3_000);
    const waiting = Promise.resolve(bank.reserve("app", strict, 1)).catch(() => undefined);
    await vi.advanceTimersByTimeAsync(50);
    await waiting;
    expect(() => bank.reserve("app", strict, 1)).toThrow("less left");
  });

  it("is asked for once in five seconds, when the budget has next to none", async () => {
    const one = await granted(strict, 999);
    await vi.advanceTimersByTimeAsync(10_000);
    const before = budgets.asked.length;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(budgets.asked.length - before).toBeLessThanOrEqual(6);
    one.settle(0);
  });

  it("comes back when a call costs less than was set aside for it", async () => {
    const one = await granted(strict, 1_000);
    expect(await reserved(strict, 500)).toContain("less left");
    one.settle(100);
    expect(bank.reserve("app", strict, 500)).not.toBeInstanceOf(Promise);
  });

  it("is shared with another node, and never handed out twice", async () => {
    const other = startOn(budgets);
    const mine = await granted(strict, 600);
    expect(await reserved(strict, 600, other)).toContain("less left");
    const theirs = await granted(strict, 300, other);
    mine.settle(600);
    theirs.settle(300);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(budgets.spentOf("2026-11-01 app")).toBe(900);
  });
});

describe("while the database is away", () => {
  it("what is leased goes on, and then a call is refused with that reason", async () => {
    (await granted(strict, 500)).settle(0);
    budgets.isAway = true;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(troubles).toHaveLength(1);
    let spent = 0;
    expect(() => {
      for (;;) {
        (bank.reserve("app", strict, 1) as SetAside).settle(1);
        spent += 1;
      }
    }).toThrow("does not answer");
    expect(spent).toBeGreaterThan(0);
    expect(spent).toBeLessThanOrEqual(1_000);
  });

  it("each node gives its share of the grace, and a strict budget none", async () => {
    (await granted(loose, 500)).settle(0);
    budgets.isAway = true;
    await vi.advanceTimersByTimeAsync(30_000);
    graceNanoUsd = 200;
    expect(() => bank.reserve("other", strict, 1)).toThrow("does not answer");
    expect(bank.reserve("another", loose, 1)).not.toBeInstanceOf(Promise);
    const { granted: leased } = [...budgets.leases.values()][0]!;
    let spent = 0;
    expect(() => {
      for (;;) {
        (bank.reserve("app", loose, 1) as SetAside).settle(1);
        spent += 1;
      }
    }).toThrow("does not answer");
    expect(spent).toBeLessThanOrEqual(leased + 100);
    expect(spent).toBeGreaterThan(100);
    budgets.isAway = false;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(budgets.spentOf("2026-11-01 app")).toBe(spent);
  });

  it("nobody waits longer than a second for one that hangs, and the next do not wait at all", async () => {
    budgets.takesMs = 15_000;
    const began = performance.now();
    const first = Promise.resolve(bank.reserve("app", strict, 1)).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(1_001);
    expect(String(await first)).toContain("does not answer");
    expect(performance.now() - began).toBeLessThanOrEqual(1_001);
    expect(() => bank.reserve("app", strict, 1)).toThrow("does not answer");
  });

  it("is not what a loop that stood still says of it", async () => {
    vi.useRealTimers();
    budgets.takesMs = 1;
    const own = startOn(budgets);
    const waiting = Promise.resolve(own.reserve("app", strict, 1));
    const untilMs = performance.now() + 1_200;
    while (performance.now() < untilMs) {
      // Nothing else runs meanwhile.
    }
    (await waiting).settle(0);
    expect(own.counts().isAway).toBe(false);
    await own.close();
  });

  it("a lease ends after a quarter of an hour, because others may have it then", async () => {
    (await granted(strict, 500)).settle(0);
    budgets.isAway = true;
    await vi.advanceTimersByTimeAsync(890_000);
    (bank.reserve("app", strict, 1) as SetAside).settle(0);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(() => bank.reserve("app", strict, 1)).toThrow("does not answer");
  });

  it("an answer that is lost is asked for again, and nothing counts twice", async () => {
    const one = await granted(strict, 500);
    one.settle(70);
    const exchange = budgets.exchange.bind(budgets);
    let lost = 0;
    budgets.exchange = async (requests) => {
      const answer = await exchange(requests);
      if (lost < 3) {
        lost += 1;
        throw new Error("lost");
      }
      return answer;
    };
    await vi.advanceTimersByTimeAsync(15_000);
    expect(lost).toBe(3);
    expect(budgets.spentOf("2026-11-01 app")).toBe(70);
    (bank.reserve("app", strict, 5) as SetAside).settle(5);
  });
});

describe("the month", () => {
  it("is the database's, whatever our own clock says", async () => {
    vi.setSystemTime(new Date("2031-01-01T00:00:00Z"));
    (await granted(strict, 10)).settle(1);
    vi.setSystemTime(new Date("2020-01-01T00:00:00Z"));
    (await granted(strict, 10)).settle(1);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(budgets.spentOf("2026-11-01 app")).toBe(2);
    expect(budgets.asked.flat().map(({ month }) => month)).not.toContain("2031-01-01");
  });

  it("begins with its whole money, leased before it begins, and what runs belongs to the old one", async () => {
    budgets.databaseMs = Date.parse("2026-11-30T23:58:30Z");
    const old = await granted(strict, 900);
    // The stand-in's clock goes on with ours from here.
    const startedMs = performance.now();
    const base = budgets.databaseMs;
    const exchange = budgets.exchange.bind(budgets);
    budgets.exchange = (requests) => {
      budgets.databaseMs = base + performance.now() - startedMs;
      return exchange(requests);
    };
    await vi.advanceTimersByTimeAsync(85_000);
    expect([...budgets.leases.values()].map(({ key }) => key)).toContain("2026-12-01 app");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(bank.reserve("app", strict, 5)).not.toBeInstanceOf(Promise);
    old.settle(900);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(budgets.spentOf("2026-11-01 app")).toBe(900);
    expect(budgets.spentOf("2026-12-01 app")).toBe(0);
  });
});
