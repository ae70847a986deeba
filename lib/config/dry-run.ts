/** What a configuration would do if it were obeyed now: asked before it is written, and again by every node. */
import { type Snapshot, holdAt } from "../core/types";
import { type SwitchRow } from "./compile-holds";
import type { ConfigDocument } from "./document";
import { compileSnapshot } from "./snapshot";
import { type Problem, validateDocument } from "./validate";

export type DryRun =
  | {
      readonly ok: true;
      readonly document: ConfigDocument;
      /** The routes for which nobody could answer now, because people switched everything off. */
      readonly silencedRoutes: readonly string[];
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Checks `input` as this release understands it: its shape, what its names mean, and that every route leads somewhere. */
export function dryRun(input: unknown, switches: readonly SwitchRow[], wallMs: number): DryRun {
  const validated = validateDocument(input);
  if (!validated.ok) {
    return validated;
  }
  const { document } = validated;
  const snapshot = compileSnapshot(document, switches, 0, (ms) => ms);
  const problems = emptyRoutes(snapshot);
  return problems.length > 0
    ? { ok: false, problems }
    : { ok: true, document, silencedRoutes: silencedRoutes(snapshot, wallMs) };
}

/** Whatever the checks before it believe: a route of the compiled snapshot without a target answers nobody. */
function emptyRoutes({ routes }: Snapshot): Problem[] {
  return [...routes.values()]
    .filter(({ entries }) => entries.every(({ targets }) => targets.length === 0))
    .map(({ id }) => ({
      path: ["routes"],
      message: `would leave route "${id}" without a target`,
      refusal: { reason: "route_empty", values: { route: id } },
    }));
}

/** The names of `snapshot` whose targets are all switched off at `nowMs`, in the snapshot's own time. */
export function silencedRoutes(snapshot: Snapshot, nowMs: number): string[] {
  return [...snapshot.routes.values()]
    .filter(({ entries }) =>
      entries.every(({ targets }) =>
        targets.every((target) => holdAt(snapshot, target, nowMs) !== null),
      ),
    )
    .map(({ id }) => id);
}

/** The problems as one line. */
export function problemLine(problems: readonly Problem[]): string {
  const shown = problems.slice(0, 3).map(({ path, message }) => `${path.join(".")}: ${message}`);
  const more = problems.length - shown.length;
  return `${shown.join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
}
