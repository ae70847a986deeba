import type { StreamEvent } from "@/lib/shared/contract";
import type { Delivery } from "./apply";

/** A chart that is redrawn every second costs more than it tells. */
const spacingMs: Partial<Record<StreamEvent, number>> = { metrics: 5_000 };
const hiddenMs = 250;

interface Letter {
  readonly delivery: Delivery;
  readonly notBeforeMs: number;
  readonly type: StreamEvent;
}

export interface Mailbox {
  put: (type: StreamEvent, delivery: Delivery) => void;
  close: () => void;
}

/** Hands views over once a frame, the newest of each kind only, some kinds at a slower pace, and most not while the page is hidden. */
export function createMailbox(deliver: (delivery: Delivery) => void): Mailbox {
  const letters = new Map<string, Letter>();
  const deliveredAtMs = new Map<StreamEvent, number>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let frame: number | undefined;

  const flush = (): void => {
    frame = undefined;
    timer = undefined;
    const nowMs = Date.now();
    let nextMs = Infinity;
    for (const [key, letter] of letters) {
      // The title of a tab in the background tells of health; nobody sees the rest.
      if (document.hidden && letter.type !== "health") {
        continue;
      }
      if (letter.notBeforeMs > nowMs) {
        nextMs = Math.min(nextMs, letter.notBeforeMs);
        continue;
      }
      letters.delete(key);
      deliveredAtMs.set(letter.type, nowMs);
      deliver(letter.delivery);
    }
    if (nextMs < Infinity) {
      timer = setTimeout(flush, nextMs - nowMs);
    }
  };
  const schedule = (): void => {
    if (frame !== undefined) {
      return;
    }
    clearTimeout(timer);
    // A hidden tab has no frames.
    if (document.hidden) {
      timer = setTimeout(flush, hiddenMs);
    } else {
      frame = requestAnimationFrame(flush);
    }
  };
  /** A frame that was asked for before the page was hidden does not come while it is. */
  const reschedule = (): void => {
    if (frame !== undefined) {
      cancelAnimationFrame(frame);
      frame = undefined;
    }
    schedule();
  };
  document.addEventListener("visibilitychange", reschedule);
  return {
    put: (type, delivery) => {
      const lastMs = deliveredAtMs.get(type) ?? 0;
      const notBeforeMs = lastMs + (spacingMs[type] ?? 0);
      letters.set(JSON.stringify(delivery.key), { delivery, notBeforeMs, type });
      schedule();
    },
    close: () => {
      document.removeEventListener("visibilitychange", reschedule);
      clearTimeout(timer);
      if (frame !== undefined) {
        cancelAnimationFrame(frame);
      }
    },
  };
}
