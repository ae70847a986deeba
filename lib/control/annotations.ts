import { type MetricsView } from "../shared/contract";
import { type HealthEventRow } from "../store/health-events";
import { type RevisionRow } from "../store/revisions";
import { wasDone } from "./health-done";

type Annotation = MetricsView["annotations"][number];

/** What people and the healer did in a range, for the lane above a chart, in order of time. */
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
  const transitions = events.filter(wasDone).flatMap((event): Annotation[] => {
    const kind = transitionKind(event.to);
    const isNews = kind !== "opened" || transitionKind(event.from) !== "opened";
    const title = `${event.model} @ ${event.region}`;
    return kind === null || !isNews ? [] : [{ id: `h:${event.id}`, t: event.at, kind, title }];
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

/** Half-way states are no news on a chart. */
function transitionKind(to: string): Annotation["kind"] | null {
  switch (to) {
    case "credential_dead":
    case "region_down":
    case "blocked":
    case "open":
    case "probe_down":
      return "opened";
    case "closed":
      return "closed";
    case "suspect":
    case "degraded":
      return "degraded";
    default:
      return null;
  }
}
