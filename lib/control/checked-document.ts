import { type ConfigDocument } from "../config/document";
import { dryRun } from "../config/dry-run";
import { type Problem } from "../config/validate";
import { GatewayError } from "../shared/errors";
import { carried } from "../shared/refusals";
import { type Transaction } from "../store/database";
import { listSwitches } from "../store/switches";

/**
 * The document once it is valid and every route of it leads somewhere. `edited`: the place of what somebody edits in a form.
 *
 * @throws {GatewayError} `invalid_request`.
 */
export function checked(input: unknown, edited: Problem["path"] = []): ConfigDocument {
  const run = dryRun(input, [], Date.now());
  if (!run.ok) {
    throw documentRefusal(run.problems, { edited });
  }
  return run.document;
}

/** `invalid_request` with every problem of a document, as lines and, with their places, for programs. */
export function documentRefusal(
  problems: readonly Problem[],
  {
    edited = [],
    ...options
  }: {
    readonly param?: string;
    readonly details?: Readonly<Record<string, unknown>>;
    readonly edited?: Problem["path"];
  } = {},
): GatewayError {
  const placed = problems.map(({ path, message, refusal }) => ({
    place: path.join("."),
    message,
    ...fieldIn(edited, path),
    ...carried(refusal),
  }));
  return new GatewayError("invalid_request", {
    ...options,
    message: placed.map(({ place, message }) => `${place}: ${message}`).join("\n"),
    refusal: { reason: "document_invalid" },
    details: { ...options.details, problems: placed },
  });
}

/** The field of a form for what is at `edited` that a problem belongs to, as the API spells it; nothing for another's. */
function fieldIn(edited: Problem["path"], path: Problem["path"]): { field?: string } {
  const isInside = edited.length > 0 && edited.every((part, index) => part === path[index]);
  const [first, ...rest] = path
    .slice(edited.length)
    .map((part) =>
      part === "api_key"
        ? "secret"
        : String(part).replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    );
  return isInside && first !== undefined ? { field: [first, ...rest].join(".") } : {};
}

/** The routes and models of `document` that nobody can answer for under the present switches. */
export async function findSilencedRoutes(
  tx: Transaction,
  document: ConfigDocument,
): Promise<readonly string[]> {
  const switches = await listSwitches(tx);
  const rows = switches.map((row) => ({ ...row, untilMs: row.until }));
  const run = dryRun(document, rows, Date.now());
  return run.ok ? run.silencedRoutes : [];
}
