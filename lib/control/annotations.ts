import { type MetricsView } from "../shared/contract";
import { type HealthEventRow, outStates } from "../store/health-events";
import { type RevisionRow } from "../store/revisions";
import { wasDone } from "./health-done";

type Annotation = MetricsView["annotations"][number];

/** What people and the healer did in a range, for the lane above a chart, in order of time; `events` are news. */
export function toAnnotations(
  revisions: readonly RevisionRow[],
  events: readonly HealthEventRow[],
): Annotation[] {
  const changes = revisions.map((revision): Annotation => ({
    id: `r:${revision.id}`,
    t: revision.createdAt,
    kind: "config",
    title: revisionTitle(revision),
  }));
  const transitions = events.filter(wasDone).map((event): Annotation => {
    const title = `${event.model} @ ${event.region}`;
    return { id: `h:${event.id}`, t: event.at, kind: transitionKind(event.to), title };
  });
  return [...changes, ...transitions].sort((left, right) => left.t - right.t);
}

/** One line that says what a revision changed, in names alone. */
function revisionTitle({ summary, id }: RevisionRow): string {
  switch (summary["type"]) {
    case "switch":
      return `${String(summary["objectId"])}: ${String(summary["to"])}`;
    case "reorder":
      return `${String(summary["route"])}: ${[summary["to"]].flat().join(", ")}`;
    case "reset":
      return `${String(summary["target"])}: reset`;
    case "key":
      return `${String(summary["id"])}: ${String(summary["action"])}`;
    default:
      return `#${id}`;
  }
}

function transitionKind(to: string): Annotation["kind"] {
  if (outStates.includes(to)) {
    return "opened";
  }
  return to === "closed" ? "closed" : "degraded";
}
