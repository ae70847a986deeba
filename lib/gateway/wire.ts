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
  pause(): void;
  resume(): void;
};

export type WireRequest = {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string | Buffer | null;
};

/** Sends `request`; the handler hears of its answer until it ended, failed or was aborted. */
export function send(dispatcher: Dispatcher, request: WireRequest, handler: WireHandler): Wire {
  let controller: Dispatcher.DispatchController | null = null;
  let over = false;
  let sending = true;
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
        if (!over) {
          over = true;
          handler.onEnd();
        }
      },
      onResponseError(_controller, error) {
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
