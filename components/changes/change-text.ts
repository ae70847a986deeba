import type { Text } from "@/components/lib/i18n/messages";
import type { Format } from "@/lib/shared/format";
import type { ChangeSummary } from "./summary";

/** A change as a sentence without its subject, who is named before it. */
export function changeText(summary: ChangeSummary, f: Format, nowMs: number): Text {
  switch (summary.type) {
    case "switch": {
      const { objectType, objectId, to, until = null } = summary;
      const object = objectType === "target" ? placeName(objectId) : objectId;
      return until === null
        ? { key: `change.switch.${to}`, values: { object } }
        : { key: "change.switch.until", values: { object, at: f.moment(until, nowMs) } };
    }
    case "reorder":
      return reorderText(summary);
    case "config": {
      const { added = [], removed = [], changed = [] } = summary;
      const all = [...added, ...removed, ...changed];
      const values = { first: all[0] ?? "", others: all.length - 1 };
      if (summary.source === "bootstrap") {
        return { key: "change.config.first", values: { n: all.length } };
      }
      return all.length === 0
        ? { key: "change.config.none" }
        : { key: "change.config.some", values };
    }
    case "key":
      return { key: "change.key", values: { id: summary.id, action: summary.action } };
    case "reset":
      return { key: "change.reset", values: { object: placeName(summary.target) } };
    case "opening":
      return { key: "change.opening" };
    case "health":
      return { key: "feed.to.closed" };
  }
}

/** A target's model and region, by its id. */
function placeName(id: string): string {
  const [, region, ...model] = id.split("#")[0]?.split(":") ?? [];
  return region === undefined ? id : `${model.join(":")} / ${region}`;
}

/** Names the entry that moved furthest. */
function reorderText({ route, from, to }: Extract<ChangeSummary, { type: "reorder" }>): Text {
  const moves = to.map((model, place) => ({ model, place, was: from.indexOf(model) }));
  const distance = ({ place, was }: { place: number; was: number }): number =>
    was === -1 ? 0 : Math.abs(place - was);
  const furthest = moves.reduce<(typeof moves)[number] | undefined>(
    (best, move) => (best === undefined || distance(move) > distance(best) ? move : best),
    undefined,
  );
  return furthest === undefined || distance(furthest) === 0
    ? { key: "change.reorder.some", values: { route } }
    : {
        key: "change.reorder.one",
        values: {
          route,
          model: furthest.model,
          from: furthest.was + 1,
          to: furthest.place + 1,
        },
      };
}
