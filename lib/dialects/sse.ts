/** Server-sent events as providers send them (HTML Living Standard, section 9.2), one event's data at a time. */

export type SseParser = {
  /** Feeds a piece of the body; `onData` is called with the data of every event that is complete. */
  push(chunk: Buffer): void;
  /** The body has ended: providers forget the empty line behind their last event. */
  end(): void;
  /** The bytes that wait for the end of their event. */
  pendingBytes(): number;
};

/** A parser that hands over the data of each event, lines joined by a line feed; comments are left out. */
export function sseParser(onData: (data: string) => void): SseParser {
  const decoder = new TextDecoder();
  let rest = "";
  const tell = (event: string): void => {
    const data = dataOf(event);
    if (data !== null) {
      onData(data);
    }
  };
  return {
    push(chunk) {
      rest += decoder.decode(chunk, { stream: true });
      const hasCarriageReturns = rest.includes("\r");
      let start = 0;
      for (;;) {
        const end = hasCarriageReturns ? eventEnd(rest, start) : unixEventEnd(rest, start);
        if (end === null) {
          break;
        }
        tell(rest.slice(start, end.at));
        start = end.next;
      }
      if (start > 0) {
        rest = rest.slice(start);
      }
    },
    end() {
      const last = rest + decoder.decode();
      rest = "";
      tell(last.trimEnd());
    },
    pendingBytes: () => rest.length,
  };
}

type EventEnd = { readonly at: number; readonly next: number };

function unixEventEnd(text: string, from: number): EventEnd | null {
  const at = text.indexOf("\n\n", from);
  return at === -1 ? null : { at, next: at + 2 };
}

function eventEnd(text: string, from: number): EventEnd | null {
  const unix = unixEventEnd(text, from);
  const dos = text.indexOf("\r\n\r\n", from);
  return dos === -1 || (unix !== null && unix.at < dos) ? unix : { at: dos, next: dos + 4 };
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
