import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { firstConfiguration } from "@/lib/gateway/first-configuration";
import type { Loaded } from "@/lib/gateway/last-known-good";
import { emptyDocument } from "@/lib/config/document";
import { GatewayError } from "@/lib/shared/errors";
import type { Database } from "@/lib/store/database";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const rows = [{ revision: 7, config: null, switches: [], keys: [], resets: [] }];
const nothing: Loaded = { ok: false, problem: "there is no file" };
const published = { revision: 3, document: emptyDocument };
const something: Loaded = { ok: true, kept: { revision: 3, published, switches: [], keys: [] } };

/** A database whose every answer takes `afterMs` and is `answer`. */
function database(afterMs: number, answer: () => unknown): Database {
  const run = (): Promise<unknown> =>
    new Promise((resolve) => {
      setTimeout(resolve, afterMs);
    }).then(answer);
  return { run } as unknown as Database;
}

const gone = (): never => {
  throw new GatewayError("database_unavailable");
};
const tableless = (): never => {
  throw Object.assign(new Error("no such table"), { code: "42P01" });
};

/** What it starts from, or the words of its refusal, when `untilMs` have passed. */
async function startsFrom(
  db: Database,
  loaded: Loaded,
  untilMs: number,
  said: string[] = [],
): Promise<string> {
  let result = "nothing yet";
  firstConfiguration(db, { load: () => loaded, keep: vi.fn(), settled: vi.fn() }, (line) => {
    said.push(line);
  }).then(
    ({ from }) => {
      result = from;
    },
    (error: unknown) => {
      result = (error as Error).message;
    },
  );
  await vi.advanceTimersByTimeAsync(untilMs);
  return result;
}

describe("the first configuration", () => {
  it("is the database's if it answers within three seconds", async () => {
    expect(
      await startsFrom(
        database(2_900, () => rows),
        something,
        3_000,
      ),
    ).toBe("database");
  });

  it("is the last good one after three seconds, or as soon as the database refuses", async () => {
    expect(
      await startsFrom(
        database(60_000, () => rows),
        something,
        2_900,
      ),
    ).toBe("nothing yet");
    expect(
      await startsFrom(
        database(60_000, () => rows),
        something,
        3_100,
      ),
    ).toBe("file");
    expect(await startsFrom(database(10, gone), something, 20)).toBe("file");
    expect(await startsFrom(database(10, tableless), something, 20)).toBe("file");
  });

  it("is waited for where there is nothing else, as long as a query may take", async () => {
    expect(
      await startsFrom(
        database(9_000, () => rows),
        nothing,
        8_000,
      ),
    ).toBe("nothing yet");
    expect(
      await startsFrom(
        database(9_000, () => rows),
        nothing,
        9_100,
      ),
    ).toBe("database");
    expect(await startsFrom(database(9_000, gone), nothing, 9_100)).toBe(
      "the database does not answer, and there is no file",
    );
  });

  it("is refused in one line where neither is to be had", async () => {
    expect(await startsFrom(database(10, gone), nothing, 20)).toBe(
      "the database does not answer, and there is no file",
    );
  });

  it("is waited for two minutes while somebody makes the tables, which is said once", async () => {
    const said: string[] = [];
    expect(await startsFrom(database(10, tableless), nothing, 100_000, said)).toBe("nothing yet");
    expect(said).toHaveLength(1);
    expect(await startsFrom(database(10, tableless), nothing, 125_000)).toBe(
      "the database does not have Bellwether's tables yet, and there is no file",
    );
  });

  it("fails as itself when the mistake is ours", async () => {
    const mistake = (): never => {
      throw new Error("we cannot spell");
    };
    expect(await startsFrom(database(10, mistake), something, 20)).toBe("we cannot spell");
  });
});
