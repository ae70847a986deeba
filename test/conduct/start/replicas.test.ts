import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestDatabase, createTestDatabase } from "../../support/postgres";
import { type Replicas, startReplicas } from "../../support/replicas";
import { tell } from "../../support/tell";

let database: TestDatabase;
let replicas: Replicas;

beforeAll(async () => {
  database = await createTestDatabase();
  replicas = await startReplicas(database.url);
});

afterAll(async () => {
  await replicas.close();
  await database.drop();
});

describe("two replicas behind a balancer", () => {
  it("are restarted one after the other under load without a failed call", async () => {
    const { calls, codes } = await replicas.roll(50);
    const failed = calls.filter(({ isWhole }) => !isWhole);
    tell(`rolling restart of 2 replicas: ${failed.length} of ${calls.length} calls failed`);
    expect(codes).toEqual([0, 0]);
    expect(failed).toEqual([]);
  });

  it("have a new prober within 15 s of a kill -9 of it, and callers that try again notice nothing", async () => {
    const { leaseMs, probingMs, epochs, killedAtMs, calls } = await replicas.killProber(50);
    const failed = calls.filter(({ isWhole }) => !isWhole);
    const resent = calls.filter((call) => call.resent > 0);
    tell(
      `kill -9 of the prober: another one holds the lease after ${leaseMs} ms and probes after ${probingMs} ms; ` +
        `${failed.length} of ${calls.length} calls failed, ${resent.length} were sent again`,
    );
    expect(epochs[1]).toBeGreaterThan(epochs[0]);
    expect(probingMs).toBeLessThanOrEqual(15_000);
    // An answer that had begun on the killed one is lost: no client sends such a call again.
    expect(failed.filter(({ status, atMs }) => status === 0 || atMs > killedAtMs)).toEqual([]);
    // Only those that were on a connection of the killed one, or came before the balancer had noticed.
    expect(resent.filter(({ atMs }) => atMs > killedAtMs + 1_500)).toEqual([]);
  });
});
