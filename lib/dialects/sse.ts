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
  /** The end of `rest`, which may hold the beginning of an empty line. */
  let tail = "";
  let hasCarriageReturns = false;
  const tell = (event: string): void => {
    const data = dataOf(event);
    if (data !== null) {
      onData(data);
    }
  };
  return {
    push(chunk) {
      const piece = decoder.decode(chunk, { stream: true });
      hasCarriageReturns ||= piece.includes("\r");
      const seam = tail + piece;
      rest += piece;
      // Only what is new is searched: an event of many pieces would otherwise cost its length squared.
      const find = hasCarriageReturns ? eventEnd : unixEventEnd;
      if (find(seam, 0) === null) {
        tail = seam.slice(-longestEmptyLine);
        return;
      }
      let start = 0;
      for (;;) {
        const end = find(rest, start);
        if (end === null) {
          break;
        }
        tell(rest.slice(start, end.at));
        start = end.next;
      }
      rest = rest.slice(start);
      tail = rest.slice(-longestEmptyLine);
    },
    end() {
      const last = rest + decoder.decode();
      rest = "";
      tail = "";
      tell(last.trimEnd());
    },
    pendingBytes: () => rest.length,
  };
}

/** Characters of the line end and the empty line behind an event, less the one that completes them. */
const longestEmptyLine = 3;

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
