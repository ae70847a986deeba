import { type ConfigDocument } from "../config/document";
import { dryRun } from "../config/dry-run";
import { type Problem } from "../config/validate";
import { GatewayError } from "../shared/errors";
import { carried } from "../shared/refusals";
import { type Transaction } from "../store/database";
import { listSwitches } from "../store/switches";

/** The document once it is valid and every route of it leads somewhere. @throws {GatewayError} `invalid_request`. */
export function checked(input: unknown): ConfigDocument {
  const run = dryRun(input, [], Date.now());
  if (!run.ok) {
    throw documentRefusal(run.problems);
  }
  return run.document;
}

/** `invalid_request` with every problem of a document, as lines and, with their places, for programs. */
export function documentRefusal(
  problems: readonly Problem[],
  options: { readonly param?: string; readonly details?: Readonly<Record<string, unknown>> } = {},
): GatewayError {
  const placed = problems.map(({ path, message, refusal }) => ({
    place: path.join("."),
    message,
    ...carried(refusal),
  }));
  return new GatewayError("invalid_request", {
    ...options,
    message: placed.map(({ place, message }) => `${place}: ${message}`).join("\n"),
    refusal: { reason: "document_invalid" },
    details: { ...options.details, problems: placed },
  });
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
