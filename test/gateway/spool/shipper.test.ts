import { describe, expect, it, vi } from "vitest";
import type { Batch } from "@/lib/gateway/spool/backlog";
import type { StoredRecord } from "@/lib/gateway/spool/chunk";
import { createShipper } from "@/lib/gateway/spool/shipper";
import { GatewayError } from "@/lib/shared/errors";

const recordsOf = (count: number): StoredRecord[] =>
  Array.from({ length: count }, (_, index) => ({ kind: "end", json: Buffer.from(String(index)) }));

function shipping(
  records: StoredRecord[],
  ship: (some: readonly StoredRecord[]) => Promise<void>,
  perBatch = 10,
  isBehind = (): boolean => false,
) {
  let left = records;
  const refused: string[] = [];
  const troubles: string[] = [];
  const shipper = createShipper({
    now: () => performance.now(),
    async next(): Promise<Batch | null> {
      const taken = left.slice(0, perBatch);
      return taken.length === 0
        ? null
        : {
            records: taken,
            settle() {
              left = left.slice(taken.length);
            },
          };
    },
    ship,
    isBehind,
    onRefused: ({ json }) => refused.push(json.toString()),
    onTrouble: (error) => troubles.push(error instanceof Error ? error.message : "well"),
  });
  return { shipper, refused, troubles, left: () => left.length };
}

describe("the shipper", () => {
  it("leaves out the records that the database refuses, and no other", async () => {
    const stored: string[] = [];
    const { shipper, refused, troubles } = shipping(recordsOf(30), async (some) => {
      if (some.some(({ json }) => ["7", "21"].includes(json.toString()))) {
        throw Object.assign(new Error("invalid byte sequence"), { code: "22P05" });
      }
      stored.push(...some.map(({ json }) => json.toString()));
    });
    expect(await shipper.drain(5_000)).toBe(true);
    expect(refused).toEqual(["7", "21"]);
    expect(stored).toHaveLength(28);
    expect(troubles).toEqual([]);
  });

  it.concurrent.each([
    ["does not answer", new GatewayError("database_unavailable")],
    ["has no tables yet", Object.assign(new Error("no such table"), { code: "42P01" })],
    ["is out of disk", Object.assign(new Error("could not extend file"), { code: "53100" })],
  ])("keeps everything while the database %s, says so once, and goes on", async (_why, error) => {
    let isAway = true;
    const { shipper, refused, troubles, left } = shipping(recordsOf(25), async () => {
      if (isAway) {
        throw error;
      }
    });
    expect(await shipper.drain(5_000)).toBe(false);
    expect(left()).toBe(25);
    isAway = false;
    shipper.poke();
    await vi.waitFor(() => expect(left()).toBe(0), 4_000);
    expect(refused).toEqual([]);
    expect(troubles).toEqual([error.message, "well"]);
    shipper.stop();
  });

  it.each([
    ["waits for more while little is left", false],
    ["goes on at once while much is left", true],
  ])("%s", async (_, isBehind) => {
    const atMs: number[] = [];
    const ship = async (): Promise<void> => {
      atMs.push(performance.now());
    };
    const { shipper } = shipping(recordsOf(20), ship, 10, () => isBehind);
    shipper.poke();
    await vi.waitFor(() => expect(atMs).toHaveLength(2), 5_000);
    shipper.stop();
    const waitedMs = atMs[1]! - atMs[0]!;
    expect(waitedMs > 150).toBe(!isBehind);
  });

  it("does not wait longer than it may for a database that is frozen", async () => {
    const { shipper, left } = shipping(recordsOf(5), () => new Promise(() => undefined));
    const startedMs = performance.now();
    expect(await shipper.drain(300)).toBe(false);
    expect(performance.now() - startedMs).toBeLessThan(2_000);
    expect(left()).toBe(5);
  });

  it("sends a batch again that may have arrived, before anything else", async () => {
    const sent: string[][] = [];
    const { shipper } = shipping(
      recordsOf(6),
      async (some) => {
        sent.push(some.map(({ json }) => json.toString()));
        if (sent.length === 1) {
          throw new GatewayError("database_unavailable");
        }
      },
      3,
    );
    expect(await shipper.drain(5_000)).toBe(true);
    expect(sent).toEqual([
      ["0", "1", "2"],
      ["0", "1", "2"],
      ["3", "4", "5"],
    ]);
  });
});
