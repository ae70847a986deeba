/** One request on an upstream connection, as callbacks: no stream objects on the path of a call. */
import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";

export type WireHandler = {
  onHead(status: number, headers: IncomingHttpHeaders): void;
  onData(chunk: Buffer): void;
  onEnd(): void;
  onError(error: Error): void;
};

export type Wire = {
  /** Ends the request at once, in any phase; the handler hears nothing more. */
  abort(): void;
  /** All that matters has come; the handler hears nothing more, and the connection is kept for the next request. */
  finish(): void;
  pause(): void;
  resume(): void;
};

export type WireRequest = {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | null;
};

/** A provider that does not end its answer this soon after the last event loses its connection. */
const endWithinMs = 1_000;

/** Sends `request`; the handler hears of its answer until it ended, failed or was aborted. */
export function send(dispatcher: Dispatcher, request: WireRequest, handler: WireHandler): Wire {
  let controller: Dispatcher.DispatchController | null = null;
  let over = false;
  let sending = true;
  let ending: NodeJS.Timeout | null = null;
  const stopEnding = (): void => {
    if (ending !== null) {
      clearTimeout(ending);
    }
  };
  dispatcher.dispatch(
    { method: request.method, path: request.path, headers: request.headers, body: request.body },
    {
      onRequestStart(started) {
        controller = started;
        if (over) {
          started.abort(new Error("aborted"));
        }
      },
      onResponseStart(_controller, status, headers) {
        if (!over && status >= 200) {
          handler.onHead(status, headers);
        }
      },
      onResponseData(_controller, chunk) {
        if (!over) {
          handler.onData(chunk);
        }
      },
      onResponseEnd() {
        stopEnding();
        if (!over) {
          over = true;
          handler.onEnd();
        }
      },
      onResponseError(_controller, error) {
        stopEnding();
        if (over) {
          return;
        }
        over = true;
        // A request that cannot even be sent fails before the caller of `send` has what it returns.
        if (sending) {
          queueMicrotask(() => {
            handler.onError(error);
          });
        } else {
          handler.onError(error);
        }
      },
    },
  );
  sending = false;
  return {
    abort() {
      if (!over) {
        over = true;
        controller?.abort(new Error("aborted"));
      }
    },
    finish() {
      if (!over) {
        over = true;
        controller?.resume();
        ending = setTimeout(() => controller?.abort(new Error("not ended")), endWithinMs);
      }
    },
    pause: () => controller?.pause(),
    resume: () => controller?.resume(),
  };
}

/** The code of a transport error, such as `ECONNREFUSED` or `UND_ERR_SOCKET`; never its text. */
export function transportCode(error: Error): string {
  if ("code" in error && typeof error.code === "string") {
    return error.code;
  }
  return error.cause instanceof Error ? transportCode(error.cause) : "UNKNOWN";
}
