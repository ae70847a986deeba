/** A committed stream on its way to the caller, at the caller's pace. */
import type { ServerResponse } from "node:http";
import { GatewayError, errorBody } from "../shared/errors";
import type { CommittedStream, StreamEnd } from "./attempt-result";

/**
 * Writes the stream to `res` and ends it: with `[DONE]` when it is complete, with an error event when the provider
 * broke it off. A clean close without either would read as success.
 */
export async function relay(
  stream: CommittedStream,
  res: ServerResponse,
  headers: Readonly<Record<string, string>>,
): Promise<StreamEnd> {
  res.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",
    ...headers,
  });
  const onDrain = (): void => {
    stream.resume();
  };
  res.on("drain", onDrain);
  const end = await stream.relay((text) => res.write(text));
  res.removeListener("drain", onDrain);
  if (end.kind === "interrupted" && !res.destroyed) {
    res.write(`data: ${JSON.stringify(errorBody(interruptedError(end.failure.message)))}\n\n`);
  }
  res.end();
  return end;
}

/** The error of a stream that its provider did not bring to an end. */
export function interruptedError(detail: string): GatewayError {
  return new GatewayError("stream_interrupted", {
    message: `The provider's stream broke before its end: ${detail}.`,
  });
}
