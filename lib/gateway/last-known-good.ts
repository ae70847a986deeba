/**
 * The last configuration that this node obeyed, in the data folder: what it starts from when the database does not
 * answer. Two files, because document and switches change apart from the keys, of which there may be many.
 */
import { join } from "node:path";
import { z } from "zod";
import { type Published, judgeDocument } from "../config/judged";
import { isReference } from "../config/secret-names";
import { isBox } from "../shared/box-text";
import { Actor, Intent } from "../shared/contract";
import { createSealer, isSealed, passwordOf, type Sealer } from "../shared/sealed";
import { findErrorCode, findFolderProblem } from "../shared/start-error";
import { type AppKeyRow, appKeyRow } from "../store/app-keys";
import { type SwitchRow, objectTypes } from "../store/switches";
import { withSecrets } from "./document-secrets";
import { type KeptHead, readKept, writeKept } from "./kept-file";

export type Kept = {
  readonly revision: number;
  readonly published: Published;
  readonly switches: readonly SwitchRow[];
  readonly keys: readonly AppKeyRow[];
};

/** Parts to keep; each is asked for its content when it is written, so that many changes are one write. */
export type KeepParts = {
  readonly revision: number;
  readonly published: Published;
  readonly switches: () => readonly SwitchRow[];
  /** Absent where no key changed. */
  readonly keys?: () => readonly AppKeyRow[];
};

export type Loaded =
  | { readonly ok: true; readonly kept: Kept }
  /** Why there is nothing to start from, in one line. */
  | { readonly ok: false; readonly problem: string };

export type LastKnownGood = {
  load(): Loaded;
  /** Writes soon, off the path of everything else; a disk that refuses is told once. */
  keep(parts: KeepParts): void;
  /** Resolves when what was to be kept is on disk, or has been refused. */
  settled(): Promise<void>;
};

export type LastKnownGoodOptions = {
  readonly dataDir: string;
  /** Names the database that the files must be of; its password seals literal secrets. */
  readonly databaseUrl: string;
  readonly warn: (line: string) => void;
};

const configurationName = "last-known-good.json";
const keysName = "last-known-good-keys.json";
const gatherMs = 100;

const switchRow = z.object({
  objectType: z.enum(objectTypes),
  objectId: z.string(),
  intent: Intent,
  until: z.number().nullable(),
  reason: z.string().nullable(),
  actor: Actor,
  revision: z.number(),
  changedAt: z.number(),
});
const configurationBody = z.object({
  configRevision: z.number(),
  document: z.record(z.string(), z.unknown()),
  switches: z.array(switchRow),
});
const keysBody = z.array(appKeyRow);

/** The files of one data folder. */
export function openLastKnownGood(options: LastKnownGoodOptions): LastKnownGood {
  const { dataDir, databaseUrl, warn } = options;
  const paths = {
    configuration: join(dataDir, configurationName),
    keys: join(dataDir, keysName),
  };
  const database = databaseName(databaseUrl);
  const sealer = createSealer(passwordOf(databaseUrl));
  const configurationText = createWriting(sealer);
  let wanted: KeepParts | null = null;
  let keysWanted: KeepParts["keys"];
  let lastKeys: KeepParts["keys"];
  let writing: Promise<void> | null = null;
  let troubled = false;

  const write = async (): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, gatherMs));
    const parts = wanted;
    const keys = keysWanted;
    wanted = null;
    keysWanted = undefined;
    if (parts === null) {
      return;
    }
    try {
      const head: KeptHead = { database, revision: parts.revision };
      if (keys !== undefined) {
        await writeKept(paths.keys, head, JSON.stringify(keys()));
      }
      await writeKept(paths.configuration, head, configurationText(parts));
      if (troubled) {
        warn("The configuration is kept on disk again.");
      }
      troubled = false;
    } catch (error) {
      if (!troubled) {
        const code = findErrorCode(error) ?? String(error);
        const why = findFolderProblem(dataDir, code) ?? code;
        warn(`The configuration cannot be kept for a start without the database: ${why}`);
      }
      troubled = true;
      // The next change asks for all that is missing on disk.
      keysWanted ??= lastKeys;
    }
  };
  const start = (): void => {
    writing ??= write().finally(() => {
      writing = null;
      if (wanted !== null) {
        start();
      }
    });
  };

  return {
    load() {
      const configuration = readKept(paths.configuration, database);
      const keys = readKept(paths.keys, database);
      if (configuration.kind === "absent" || keys.kind === "absent") {
        const path = configuration.kind === "absent" ? paths.configuration : paths.keys;
        return { ok: false, problem: `there is no last known good configuration (${path})` };
      }
      if (configuration.kind === "refused") {
        return notUsed(paths.configuration, configuration.problem);
      }
      if (keys.kind === "refused") {
        return notUsed(paths.keys, keys.problem);
      }
      const body = configurationBody.safeParse(configuration.body);
      const rows = keysBody.safeParse(keys.body);
      if (!body.success || !rows.success) {
        const path = body.success ? paths.keys : paths.configuration;
        return notUsed(path, "another release wrote it");
      }
      const document = withSecrets(body.data.document, (text) => openSecret(text, sealer));
      if (document === undefined) {
        return notUsed(paths.configuration, "its secrets were sealed with another password");
      }
      const { configRevision, switches } = body.data;
      const { published, refused } = judgeDocument({ revision: configRevision, document });
      if (published === null) {
        return notUsed(paths.configuration, refused?.problem ?? "it cannot be obeyed");
      }
      const { revision } = configuration.head;
      return { ok: true, kept: { revision, published, switches, keys: rows.data } };
    },
    keep(parts) {
      wanted = parts;
      lastKeys = parts.keys ?? lastKeys;
      keysWanted = parts.keys ?? keysWanted;
      start();
    },
    async settled() {
      while (writing !== null) {
        await writing;
      }
    },
  };
}

function notUsed(path: string, why: string): Loaded {
  return { ok: false, problem: `${path} is not used: ${why}` };
}

/** The configuration as text; a document that stays is written down once, however often switches change. */
function createWriting(sealer: Sealer): (parts: KeepParts) => string {
  let written: { readonly published: Published; readonly text: string } | null = null;
  const textOf = (published: Published): string => {
    if (written?.published !== published) {
      // The gateway knows keys by their hash, from rows of their own: the document's may hold secrets.
      const bare = { ...published.document, keys: [] };
      const sealed = withSecrets(bare, (text) =>
        isReference(text) || isBox(text) ? text : sealer.seal(text),
      );
      written = { published, text: JSON.stringify(sealed) };
    }
    return written.text;
  };
  return ({ published, switches }) =>
    `{"configRevision":${published.revision},"document":${textOf(published)},"switches":${JSON.stringify(switches())}}`;
}

function openSecret(text: string, sealer: Sealer): string | undefined {
  return isSealed(text) ? sealer.open(text) : text;
}

/** `user@host/database`: the port is left out, because an embedded database has another at every start. */
function databaseName(url: string): string {
  if (!URL.canParse(url)) {
    return "";
  }
  const { username, hostname, pathname, searchParams } = new URL(url);
  const host = hostname === "" ? (searchParams.get("host") ?? "localhost") : hostname;
  return `${username}@${host}${pathname}`;
}
