import { type ConfigDocument, emptyDocument } from "../config/document";
import { dryRun } from "../config/dry-run";
import { type FileProblem } from "../config/file";
import { type WriteResult } from "../shared/contract";
import { GatewayError } from "../shared/errors";
import { carried, unnamed } from "../shared/refusals";
import { type ImportPreview } from "../shared/settings-contract";
import { type BaseDocument, findBaseDocument, findDocument } from "../store/configuration";
import { canonicalJson } from "../store/content-hash";
import { findRevision, writeRevisions } from "../store/revisions";
import { listSwitches } from "../store/switches";
import { toStoredActor } from "./actor";
import { changeLines } from "./change-lines";
import { checked, findSilencedRoutes } from "./checked-document";
import { fromConfigText, toConfigText } from "./config-text";
import { diffDocuments } from "./document-objects";
import { readCurrent } from "./current";
import { weigh } from "./impact";
import { listRecipients } from "./seal-secret";
import { defineVerb } from "./verb";
import { toWriteResult, unchanged, type Written } from "./write-result";

const linesShown = 200;

/**
 * The configuration as a declarative file, without secrets: the newest, or as it was in force as of a revision.
 *
 * @throws {GatewayError} `not_found` before the first one.
 */
export const exportConfig = defineVerb<number | null, string>(
  "administer",
  async (_actor, deps, revision) => {
    if (revision === null) {
      return toConfigText((await readCurrent(deps)).document);
    }
    const published = await deps.db.run((prisma) => findDocument(prisma, 0, revision));
    if (published === undefined) {
      throw new GatewayError("not_found", {
        message: `There is no configuration as of revision ${revision}.`,
        refusal: { reason: "no_such_revision", values: { revision } },
      });
    }
    return toConfigText(published.document);
  },
);

/** What importing `text` would change, or what is wrong with it; nothing is written. */
export const previewImport = defineVerb<{ readonly text: string }, ImportPreview>(
  "administer",
  async (actor, deps, { text }) => {
    const { document: current, base, revision } = await readCurrent(deps);
    const { parsed, sealed } = fromConfigText(text, current, await listRecipients(deps.db));
    const nothing = {
      lines: [],
      lineCount: 0,
      sealed: 0,
      silencedRoutes: [],
      removed: [],
      impact: null,
      revision,
    };
    if (!parsed.ok) {
      return { ...nothing, problems: parsed.problems.map(withoutQuotes) };
    }
    const problems = importProblems(parsed.document, current, base);
    if (problems.length > 0) {
      return { ...nothing, problems };
    }
    const { before, after, removed } = diffDocuments(current, parsed.document);
    const lines = changeLines({ kind: "config", summary: {}, before, after });
    const switches = await deps.db.run((prisma) => listSwitches(prisma));
    const rows = switches.map((row) => ({ ...row, untilMs: row.until }));
    const run = dryRun(parsed.document, rows, Date.now());
    return {
      problems: [],
      lines: lines.slice(0, linesShown),
      lineCount: lines.length,
      sealed,
      silencedRoutes: run.ok ? [...run.silencedRoutes] : [],
      removed: [...removed],
      impact:
        lines.length === 0
          ? null
          : await weigh(actor, deps, current, { type: "document", next: parsed.document }),
      revision,
    };
  },
);

export type Import = {
  readonly text: string;
  readonly reason: string | null;
  /** The revision of the preview; null: whatever is there. */
  readonly ifMatch: number | null;
};

/**
 * Makes the file in `text` the configuration, in one revision.
 *
 * @throws {GatewayError} `invalid_request` with its problems, line and column each; `conflict` when the configuration was
 *   changed after `ifMatch`.
 */
export const importConfig = defineVerb<Import, WriteResult>(
  "administer",
  async (actor, { db }, { text, reason, ifMatch }) => {
    const recipients = await listRecipients(db);
    const written = await writeRevisions(db, async (writer): Promise<Written> => {
      const { tx } = writer;
      const published = await findDocument(tx);
      const current = published?.document ?? emptyDocument;
      const { parsed } = fromConfigText(text, current, recipients);
      if (!parsed.ok) {
        throw problemsError(parsed.problems.map(withoutQuotes));
      }
      const problems = importProblems(parsed.document, current, await findBaseDocument(tx));
      if (problems.length > 0) {
        throw problemsError(problems);
      }
      const document = checked(parsed.document);
      const { before, after, added, removed, changed } = diffDocuments(current, document);
      if (Object.keys(after).length === 0) {
        return unchanged(tx);
      }
      if (ifMatch !== null && published !== undefined && published.revision > ifMatch) {
        const by = await findRevision(tx, published.revision);
        throw new GatewayError("conflict", {
          message: `${by?.actor.name ?? "Somebody"} changed the configuration in the meantime, in revision ${published.revision}: look at the preview again.`,
          refusal: {
            reason: "configuration_changed",
            values: { actor: by?.actor.name ?? unnamed, revision: published.revision },
          },
        });
      }
      const appended = await writer.appendConfig(
        {
          actor: toStoredActor(actor),
          reason,
          summary: { type: "config", source: "import", added, removed, changed },
        },
        { document, before, after },
      );
      return { ...appended, silencedRoutes: await findSilencedRoutes(tx, document) };
    });
    return toWriteResult(db, written);
  },
);

/** What the room cannot do in the place of whoever starts Bellwether. */
function importProblems(
  document: ConfigDocument,
  current: ConfigDocument,
  base: BaseDocument | undefined,
): FileProblem[] {
  const atTop = { line: 1, column: 1 };
  if (base?.source === "file") {
    const refusal = {
      reason: "configuration_in_file",
      values: { path: base.path ?? unnamed },
    } as const;
    return [
      {
        message: `the configuration is written in ${base.path ?? "a file"}: change it there`,
        ...carried(refusal),
        ...atTop,
      },
    ];
  }
  return canonicalJson(document.keys) === canonicalJson(current.keys)
    ? []
    : [
        {
          message:
            "keys: only BELLWETHER_CONFIG brings application keys; make them under Apps & keys",
          ...carried({ reason: "keys_in_file" }),
          ...atTop,
        },
      ];
}

/** A parser quotes what it could not read, which may be a key. */
function withoutQuotes(problem: FileProblem): FileProblem {
  const unquoted = (text: string): string =>
    text.replace(/: (["'`]).*\1\s*$/s, "").replace(/ in YAML stream.*$/s, "");
  const { message, values } = problem;
  const detail = values?.["detail"];
  return {
    ...problem,
    message: unquoted(message),
    ...(typeof detail === "string" && { values: { ...values, detail: unquoted(detail) } }),
  };
}

function problemsError(problems: readonly FileProblem[]): GatewayError {
  const lines = problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
  return new GatewayError("invalid_request", {
    message: lines.join("\n"),
    param: "text",
    refusal: { reason: "file_invalid" },
    details: {
      problems: problems.map(({ line, column, place, ...problem }) => ({
        ...problem,
        place: `${line}:${column}${place === undefined ? "" : ` ${place}`}`,
      })),
    },
  });
}
