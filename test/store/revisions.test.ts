import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { configDocument } from "@/lib/config/document";
import { noAppKeyLimits } from "@/lib/store/app-keys";
import { readChangesSince, readConfiguration } from "@/lib/store/configuration";
import { type Database } from "@/lib/store/database";
import { noticeChannel, parseNotice, type Notice } from "@/lib/store/notices";
import { type RevisionHead, writeRevisions } from "@/lib/store/revisions";
import { type OpenTestDatabase, openTestDatabase } from "./support";

const head: RevisionHead = {
  actor: { type: "operator", name: "test" },
  reason: null,
  summary: { type: "test" },
};
const enabled = { intent: "enabled", until: null, reason: null } as const;
const off = { intent: "disabled", until: null, reason: "night shift" } as const;
const document = configDocument.parse({
  providers: [{ id: "acme", base_url: "https://api.acme.example/v1", api_key: "env:ACME_KEY" }],
});

let database: OpenTestDatabase;
let db: Database;
beforeAll(async () => {
  database = await openTestDatabase();
  db = database.db;
});
afterAll(() => database.end());
beforeEach(async () => {
  await db.pool.query(`
    ALTER TABLE revision DISABLE TRIGGER USER;
    TRUNCATE revision, switch, app_key RESTART IDENTITY;
    ALTER TABLE revision ENABLE TRIGGER USER`);
});

async function switchOff(objectId: string): Promise<number> {
  const { id } = await writeRevisions(db, (writer) =>
    writer.appendSwitch(head, { objectType: "target", objectId, before: enabled, after: off }),
  );
  return id;
}

describe("revisions", () => {
  it("an empty database reads as revision 0 without a document", async () => {
    expect(await readConfiguration(db)).toEqual({
      revision: 0,
      configRevision: 0,
      document: null,
      refused: null,
      switches: [],
      keys: [],
    });
  });

  it("one snapshot carries document, switches and keys of the newest revisions", async () => {
    await writeRevisions(db, (writer) =>
      writer.appendConfig(head, { document, before: {}, after: {} }),
    );
    await switchOff("acme:global:gpt-4.1");
    await writeRevisions(db, (writer) =>
      writer.appendKey(head, {
        id: "default",
        name: "default",
        hash: "00",
        last4: "abcd",
        kind: "live",
        source: "minted",
        limits: noAppKeyLimits,
        former: null,
        drill: null,
        revoked: false,
      }),
    );
    const configuration = await readConfiguration(db);
    expect(configuration).toMatchObject({ revision: 3, configRevision: 1, document });
    expect(configuration.switches).toMatchObject([
      { objectType: "target", objectId: "acme:global:gpt-4.1", ...off, revision: 2 },
    ]);
    expect(configuration.keys).toMatchObject([
      { id: "default", hash: "00", revokedAt: null, revision: 3 },
    ]);
  });

  it("changes since a revision leave out what it already contains", async () => {
    await writeRevisions(db, (writer) =>
      writer.appendConfig(head, { document, before: {}, after: {} }),
    );
    await switchOff("a");
    await switchOff("b");
    expect(await readChangesSince(db, 2)).toMatchObject({
      revision: 3,
      config: null,
      switches: [{ objectId: "b" }],
    });
    expect(await readChangesSince(db, 3)).toMatchObject({ revision: 3, switches: [] });
  });

  it("a key's hash is in no revision", async () => {
    await writeRevisions(db, (writer) =>
      writer.appendKey(head, {
        id: "k",
        name: "k",
        hash: "secret-hash",
        last4: "abcd",
        kind: "live",
        source: "minted",
        limits: noAppKeyLimits,
        former: null,
        drill: null,
        revoked: false,
      }),
    );
    const { rows } = await db.pool.query("SELECT to_jsonb(revision)::text AS row FROM revision");
    expect(JSON.stringify(rows)).not.toContain("secret-hash");
  });

  it("a failed body leaves neither row nor notice", async () => {
    await expect(
      writeRevisions(db, async (writer) => {
        await writer.appendSwitch(head, {
          objectType: "model",
          objectId: "m",
          before: enabled,
          after: off,
        });
        throw new Error("changed my mind");
      }),
    ).rejects.toThrow("changed my mind");
    expect(await readConfiguration(db)).toMatchObject({ revision: 0, switches: [] });
  });

  it("concurrent writers make numbers that a poller sees in order, none missed", async () => {
    const seen: number[] = [];
    let known = 0;
    const look = async (): Promise<void> => {
      const changes = await readChangesSince(db, known);
      seen.push(...changes.switches.map(({ revision }) => revision));
      known = changes.revision;
    };
    const writes = Array.from({ length: 40 }, (_, index) => switchOff(`t${index}`));
    for (const write of writes) {
      await look();
      await write;
    }
    await look();
    expect(seen.toSorted((left, right) => left - right)).toEqual(
      Array.from({ length: 40 }, (_, index) => index + 1),
    );
  });

  it("a commit is announced with its number in at most 200 bytes", async () => {
    const heard: { payload: string; notice: Notice | undefined }[] = [];
    await new Promise<void>((resolve, reject) => {
      const stop = db.listen(
        noticeChannel,
        (payload) => {
          heard.push({ payload, notice: parseNotice(payload) });
          stop().then(resolve, reject);
        },
        { onReconnect: () => void switchOff("x").catch(reject) },
      );
    });
    expect(heard).toEqual([
      { payload: '{"kind":"revision","id":1}', notice: { kind: "revision", id: 1 } },
    ]);
  });
});
