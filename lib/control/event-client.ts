import { type Ping, type StreamEvent } from "../shared/contract";
import { type RangeName } from "./ranges";

/** One browser at the other end of a stream. */
export type EventClient = {
  readonly range: RangeName;
  /** Sends a view unless this version of it was sent; a slow reader gets only the newest of each. */
  send(event: StreamEvent, version: number, json: string): void;
  ping(ping: Ping): void;
  end(): void;
};

const bufferBytes = 1_048_576;

/** A client and its stream; `onEnd` is called once, whoever ends it. */
export function openClient(
  range: RangeName,
  signal: AbortSignal,
  onEnd: () => void,
): { readonly client: EventClient; readonly stream: ReadableStream<Uint8Array> } {
  const encoder = new TextEncoder();
  const waiting = new Map<StreamEvent, string>();
  const sent = new Map<StreamEvent, number>();
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let ids = 0;

  const finish = (): boolean => {
    if (controller === undefined) {
      return false;
    }
    controller = undefined;
    signal.removeEventListener("abort", end);
    waiting.clear();
    onEnd();
    return true;
  };
  const end = (): void => {
    const open = controller;
    if (finish()) {
      open?.close();
    }
  };
  const flush = (): void => {
    for (const [event, json] of waiting) {
      if ((controller?.desiredSize ?? 0) <= 0) {
        return;
      }
      waiting.delete(event);
      ids += 1;
      controller?.enqueue(encoder.encode(`id: ${ids}\nevent: ${event}\ndata: ${json}\n\n`));
    }
  };

  const stream = new ReadableStream<Uint8Array>(
    {
      start(started) {
        controller = started;
      },
      pull: flush,
      cancel: () => void finish(),
    },
    { highWaterMark: bufferBytes, size: (chunk) => chunk.byteLength },
  );
  if (signal.aborted) {
    queueMicrotask(end);
  }
  signal.addEventListener("abort", end);

  return {
    stream,
    client: {
      range,
      send(event, version, json) {
        if (sent.get(event) !== version) {
          sent.set(event, version);
          waiting.set(event, json);
          flush();
        }
      },
      ping(ping) {
        waiting.set("ping", JSON.stringify(ping));
        flush();
      },
      end,
    },
  };
}
