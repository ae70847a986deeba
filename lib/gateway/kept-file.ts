/** One file that is either whole and ours, or refused: a head line with a hash of the line below it. */
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";

const kind = "bellwether last-known-good";
const version = 1;

const headLine = z.object({
  kind: z.literal(kind),
  version: z.literal(version),
  /** Whose configuration it is: `user@host/database`. */
  database: z.string(),
  revision: z.number(),
  writtenAt: z.string(),
  sha256: z.string(),
});

export type KeptHead = Pick<z.infer<typeof headLine>, "database" | "revision">;

export type KeptText =
  | { readonly kind: "whole"; readonly head: KeptHead; readonly body: unknown }
  | { readonly kind: "absent" }
  /** `problem` says in one line, without the path, why it is not used. */
  | { readonly kind: "refused"; readonly problem: string };

/** Replaces the file at `path` as a whole: whoever reads it, also after a crash, finds the former or this. */
export async function writeKept(path: string, head: KeptHead, body: string): Promise<void> {
  const first = JSON.stringify({
    kind,
    version,
    ...head,
    writtenAt: new Date().toISOString(),
    sha256: hashOf(body),
  } satisfies z.infer<typeof headLine>);
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}-${randomBytes(4).toString("hex")}`;
  try {
    const file = await open(draft, "wx", 0o600);
    try {
      await file.writeFile(`${first}\n${body}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  // The new name is on disk only with its folder.
  const folder = await open(dirname(path), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** What is at `path`; `database` is whose it must be. */
export function readKept(path: string, database: string): KeptText {
  const text = readIfPresent(path);
  if (typeof text !== "string") {
    return text;
  }
  const end = text.indexOf("\n");
  const head = headLine.safeParse(parseJson(text.slice(0, end)));
  if (end === -1 || !head.success) {
    return refused("it is not one of this release's files");
  }
  const body = text.slice(end + 1).replace(/\n$/, "");
  if (hashOf(body) !== head.data.sha256) {
    return refused("it is damaged: its content does not fit its hash");
  }
  if (head.data.database !== database) {
    return refused(`it is of another database (${head.data.database}, not ${database})`);
  }
  return { kind: "whole", head: head.data, body: parseJson(body) };
}

function readIfPresent(path: string): string | Exclude<KeptText, { kind: "whole" }> {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    return code === "ENOENT" ? { kind: "absent" } : refused(`it cannot be read (${code})`);
  }
}

function refused(problem: string): KeptText & { kind: "refused" } {
  return { kind: "refused", problem };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
