/**
 * The SSE stream `/api/stream`: `event: <type>`, `data: <json>`. `health`, `metrics`, `calls` and `changes` carry the
 * views above (metrics: of the last hour, or of `?range=`; calls: the latest 20; changes: the latest 30) when they
 * changed; `ping` at once and every 10 s keeps the data's age honest.
 */
export const streamEvents = ["health", "metrics", "calls", "changes", "ping"] as const;
export type StreamEvent = (typeof streamEvents)[number];
