/** Server-sent events as providers send them (HTML Living Standard, section 9.2), one event's data at a time. */

export type SseParser = {
  /** Feeds a piece of the body; `onData` is called with the data of every event that is complete. */
  push(chunk: Buffer): void;
  /** The bytes that wait for the end of their event. */
  pendingBytes(): number;
};

/** A parser that hands over the data of each event, lines joined by a line feed; comments are left out. */
export function sseParser(onData: (data: string) => void): SseParser {
  const decoder = new TextDecoder();
  let rest = "";
  return {
    push(chunk) {
      rest += decoder.decode(chunk, { stream: true });
      let start = 0;
      for (;;) {
        const end = eventEnd(rest, start);
        if (end === null) {
          break;
        }
        const data = dataOf(rest.slice(start, end.at));
        if (data !== null) {
          onData(data);
        }
        start = end.next;
      }
      if (start > 0) {
        rest = rest.slice(start);
      }
    },
    pendingBytes: () => rest.length,
  };
}

function eventEnd(text: string, from: number): { at: number; next: number } | null {
  const unix = text.indexOf("\n\n", from);
  const dos = text.indexOf("\r\n\r\n", from);
  if (unix === -1 && dos === -1) {
    return null;
  }
  return dos === -1 || (unix !== -1 && unix < dos)
    ? { at: unix, next: unix + 2 }
    : { at: dos, next: dos + 4 };
}

function dataOf(event: string): string | null {
  // Nearly every event is one `data:` line.
  if (event.startsWith("data:") && !event.includes("\n")) {
    return event.slice(event.charCodeAt(5) === 32 ? 6 : 5).trimEnd();
  }
  const lines = event
    .split(/\r?\n/)
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(line.charCodeAt(5) === 32 ? 6 : 5));
  return lines.length === 0 ? null : lines.join("\n");
}
