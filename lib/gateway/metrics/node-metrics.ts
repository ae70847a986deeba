/** What the parts of the gateway count for themselves, as metrics. */
import type { World } from "../../core/world";
import type { Database } from "../../store/database";
import type { CallLog } from "../call-log";
import type { Follower } from "../follower";
import { type Family, counter, gauge } from "./families";

/** What the other parts of the gateway count for themselves. */
export type Readings = {
  callsInFlight: () => number;
  /** The newest revision that this node obeys, since when (epoch ms), and a newer one that it refuses. */
  applied: Follower["applied"];
  configuration: Follower["counts"];
  database: Database["connections"];
  callLog: CallLog["counts"];
  /** Spans of traces; undefined where nothing is traced. */
  spans: () => SpanCounts | undefined;
};

export type SpanCounts = {
  readonly exported: number;
  readonly dropped: number;
  readonly queued: number;
};

/** What the node does and obeys, apart from calls and targets. */
export function nodeMetrics(readings: Readings, world: World): readonly Family[] {
  const { revision, atMs, refused } = readings.applied();
  const { malformedNotices, refusals } = readings.configuration();
  const { open, waiting } = readings.database();
  return [
    gauge(
      "bellwether_calls_in_flight",
      "Calls that have come in and not ended.",
      "sum",
      readings.callsInFlight(),
    ),
    gauge(
      "bellwether_attempts_in_flight",
      "Attempts at providers that have not ended.",
      "sum",
      world.attempts.size,
    ),
    ...callLogMetrics(readings.callLog()),
    ...spanMetrics(readings.spans()),
    gauge(
      "bellwether_revision_applied",
      "The newest revision of the configuration that the node obeys.",
      "node",
      revision,
    ),
    gauge(
      "bellwether_revision_applied_time_seconds",
      "When the node applied it, in seconds of the epoch.",
      "node",
      atMs / 1_000,
    ),
    gauge(
      "bellwether_revision_refused",
      "A newer revision that the node cannot obey; 0 when there is none.",
      "node",
      refused?.revision ?? 0,
    ),
    counter(
      "bellwether_revisions_refused_total",
      "Revisions that the node could not obey.",
      refusals,
    ),
    counter(
      "bellwether_notices_malformed_total",
      "Notices of other processes that the node could not read.",
      malformedNotices,
    ),
    gauge("bellwether_database_connections", "Connections to the database.", "node", open),
    gauge("bellwether_database_waiting", "Queries that wait for a connection.", "node", waiting),
  ];
}

function spanMetrics(spans: SpanCounts | undefined): readonly Family[] {
  return [
    {
      kind: "counter",
      name: "bellwether_trace_spans_total",
      help: "Spans that reached the collector, and those that did not.",
      labels: ["result"],
      samples:
        spans === undefined
          ? []
          : [
              { labels: ["exported"], value: spans.exported },
              { labels: ["dropped"], value: spans.dropped },
            ],
    },
    {
      ...gauge("bellwether_trace_spans_queued", "Spans that wait for the collector.", "sum", 0),
      samples: spans === undefined ? [] : [{ labels: [], value: spans.queued }],
    },
  ];
}

function callLogMetrics(counts: ReturnType<CallLog["counts"]>): readonly Family[] {
  return [
    counter("bellwether_call_log_records_total", "Records of calls that ended.", counts.recorded),
    counter(
      "bellwether_call_log_shipped_total",
      "Records that reached the database.",
      counts.shippedRecords,
    ),
    counter(
      "bellwether_call_log_dropped_total",
      "Calls that went on without a record.",
      counts.dropped,
    ),
    counter(
      "bellwether_call_log_unspooled_total",
      "Records that the disk did not take.",
      counts.unspooledTotal,
    ),
    counter(
      "bellwether_call_log_bodies_total",
      "Bodies of calls that were kept, sealed, because their route says so.",
      counts.bodies,
    ),
    counter(
      "bellwether_call_log_bodies_dropped_total",
      "Bodies of calls that were to be kept and were left out.",
      counts.bodiesDropped,
    ),
    counter(
      "bellwether_call_log_damaged_total",
      "Segments of the spool that were set aside.",
      counts.damagedSegments,
    ),
    gauge(
      "bellwether_call_log_spool_bytes",
      "Records on the disk that the database does not have.",
      "sum",
      counts.spoolBytes,
    ),
    gauge(
      "bellwether_call_log_queued",
      "Records in memory, because the disk takes none.",
      "sum",
      counts.unspooled,
    ),
  ];
}
