import { type ConfigDocument } from "../config/document";
import { dryRun } from "../config/dry-run";
import { GatewayError } from "../shared/errors";
import { type Transaction } from "../store/database";
import { listSwitches } from "../store/switches";

/** The document once it is valid and every route of it leads somewhere. @throws {GatewayError} `invalid_request`. */
export function checked(input: unknown): ConfigDocument {
  const run = dryRun(input, [], Date.now());
  if (!run.ok) {
    const lines = run.problems.map(({ path, message }) => `${path.join(".")}: ${message}`);
    throw new GatewayError("invalid_request", { message: lines.join("\n") });
  }
  return run.document;
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
