/** Settings that the file may have already and that nothing obeys yet: better said aloud than believed in. */
import type { ConfigDocument } from "./document";

const inert = ["currency"] as const;

/** The paths of the settings in `document` that have no effect in this release. */
export function inertSettings({ settings }: ConfigDocument): string[] {
  return inert.filter((name) => name in settings).map((name) => `settings.${name}`);
}
