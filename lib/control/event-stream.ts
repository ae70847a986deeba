import { contractMark } from "../shared/contract-mark";
import { GatewayError } from "../shared/errors";
import { type ApiCall } from "./api";
import { streamRange } from "./api-queries";

/**
 * The answer of `/api/stream`: server-sent events until the browser leaves.
 *
 * @throws {GatewayError} `conflict` for a page of another release, whose contract `?contract=` is: it reads no more of it.
 */
export function eventStream({ request, url, runtime }: ApiCall): Response {
  if ((url.searchParams.get("contract") ?? contractMark) !== contractMark) {
    throw new GatewayError("conflict", {
      message: "This page is of another release than the server. Load it again.",
    });
  }
  return new Response(runtime.hub.connect(streamRange(url), request.signal), {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      // A compressing proxy would hold events back until its block is full.
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
    },
  });
}
