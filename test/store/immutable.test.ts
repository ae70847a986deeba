import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemActor } from "@/lib/control/actor";
import { setSwitch } from "@/lib/control/set-switch";
import { createControlDeps } from "@/lib/control/verb";
import { publishSample } from "./samples";
import { type OpenTestDatabase, openTestDatabase } from "./support";

let database: OpenTestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
  await publishSample(createControlDeps(database.db));
});
afterAll(() => database.end());

describe("a revision", () => {
  it.each([
    ["changed", "UPDATE revision SET reason = 'somebody else'"],
    ["removed", "DELETE FROM revision"],
    ["swept away", "TRUNCATE revision"],
  ])("cannot be %s", async (_name, sql) => {
    const read = async (): Promise<unknown> =>
      (await database.db.pool.query("SELECT * FROM revision ORDER BY id")).rows;
    const before = await read();
    await expect(database.db.pool.query(sql)).rejects.toThrow("revisions are immutable");
    expect(await read()).toEqual(before);
  });

  it("can be followed by another", async () => {
    const change = { objectType: "model", objectId: "gpt-4.1", intent: "draining" } as const;
    const { revision } = await setSwitch(systemActor, createControlDeps(database.db), change);
    expect(revision).toBe(2);
  });
});
