import { type ApiCall } from "./api";
import { streamRange } from "./api-queries";

/** The answer of `/api/stream`: server-sent events until the browser leaves. */
export function eventStream({ request, url, runtime }: ApiCall): Response {
  return new Response(runtime.hub.connect(streamRange(url), request.signal), {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      // A compressing proxy would hold events back until its block is full.
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
    },
  });
}
