import { type StreamEvent, streamEvents } from "@/lib/shared/stream-events";
import { contractMark } from "@/lib/shared/contract-mark";

/** Tabs of another release have another contract, and a stream of their own. */
const channelName = `bellwether-stream ${contractMark}`;
const address = `/api/stream?${new URLSearchParams({ contract: contractMark }).toString()}`;
const reopenMs = 5_000;

export interface StreamHandlers {
  onEvent: (type: StreamEvent, json: string) => void;
  onLost: () => void;
}

type Relayed = { type: StreamEvent; json: string } | "lost";

/**
 * Follows `/api/stream` until the returned function is called. The tabs of a browser share one connection: the holder of
 * a lock reads it and passes on every event, and that the stream broke. Where locks or channels are missing, each tab has its own.
 */
export function followStream(handlers: StreamHandlers): () => void {
  const isShared = typeof BroadcastChannel === "function" && "locks" in navigator;
  return isShared ? followShared(handlers) : readStream(handlers);
}

function followShared({ onEvent, onLost }: StreamHandlers): () => void {
  const ending = new AbortController();
  const channel = new BroadcastChannel(channelName);
  channel.addEventListener("message", ({ data }: MessageEvent<Relayed>) => {
    if (data === "lost") {
      onLost();
    } else {
      onEvent(data.type, data.json);
    }
  });
  const lead = (): Promise<void> =>
    new Promise((resolve) => {
      const close = readStream({
        onEvent: (type, json) => {
          onEvent(type, json);
          channel.postMessage({ type, json } satisfies Relayed);
        },
        onLost: () => {
          onLost();
          channel.postMessage("lost" satisfies Relayed);
        },
      });
      ending.signal.addEventListener("abort", () => {
        close();
        resolve();
      });
    });
  navigator.locks.request(channelName, { signal: ending.signal }, lead).catch(() => {
    // Aborted while waiting: this tab is closing.
  });
  return () => {
    ending.abort();
    channel.close();
  };
}

function readStream({ onEvent, onLost }: StreamHandlers): () => void {
  let source: EventSource;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const open = (): void => {
    source = new EventSource(address);
    for (const type of streamEvents) {
      source.addEventListener(type, ({ data }: MessageEvent<string>) => onEvent(type, data));
    }
    source.addEventListener("error", () => {
      onLost();
      // A refused stream is not retried by the browser; a broken one is.
      if (source.readyState === EventSource.CLOSED) {
        timer = setTimeout(open, reopenMs);
      }
    });
  };
  open();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
