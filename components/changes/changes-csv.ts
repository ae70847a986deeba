import { csvText } from "@/components/charts/csv";
import type { Text } from "@/components/lib/i18n/messages";
import type { Change } from "@/lib/shared/contract";
import type { Format } from "@/lib/shared/format";
import { changeText } from "./change-text";
import { healthTitle } from "./health-text";
import { summaryOf } from "./summary";

interface Words {
  readonly say: (text: Text) => string;
  readonly f: Format;
  readonly nowMs: number;
}

/** Changes as a file, in their order: who, what as the feed words it, and why. */
export function changesCsv(changes: readonly Change[], words: Words): string {
  return csvText(
    ["time_utc", "revision", "kind", "actor_type", "actor", "what", "target", "reason", "reverts"],
    changes.map((change) => {
      const { what, target, reason } = toldOf(change, words);
      const { actor, at, kind, revision, reverts } = change;
      const time = new Date(at).toISOString();
      return [time, revision, kind, actor.type, actor.name, what, target, reason, reverts];
    }),
  );
}

function toldOf(
  { kind, reason, summary }: Change,
  { say, f, nowMs }: Words,
): Readonly<Record<"what" | "target" | "reason", string | null>> {
  const known = summaryOf(summary);
  if (known === null) {
    return { what: kind, target: null, reason };
  }
  return known.type === "health"
    ? { what: say(healthTitle(known)), target: known.target, reason: known.reason }
    : { what: say(changeText(known, f, nowMs)), target: null, reason };
}
