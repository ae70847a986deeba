/** What a caller sent and got, kept where its route says so, and sealed before it leaves this process's memory. */
import type { Route } from "../core/types";
import { type Sealer, bodyPlace } from "../shared/sealed";
import type { CallBodyRecord } from "../store/call-bodies";
import type { CallerNotes } from "./caller-notes";

/** Of what was sent, and of what was answered. */
export const maxBodyBytes = 256 * 1024;

/** The body of a call of `route`; null where it is not to be kept, which the caller's word decides before the route's. */
export function beginBody(
  route: Route,
  { isQuiet }: CallerNotes,
  request: Buffer,
): CallBody | null {
  return route.keepBodiesHours === undefined || isQuiet
    ? null
    : new CallBody(route.keepBodiesHours, request);
}

export class CallBody {
  readonly #keepHours: number;
  readonly #request: Buffer;
  #answer: string | Buffer | null = null;
  /** Of a stream, so many bytes came when the bound was reached. */
  #beyondBytes = 0;

  constructor(keepHours: number, request: Buffer) {
    this.#keepHours = keepHours;
    this.#request = request;
  }

  /** An answer that goes out in one piece. */
  answered(body: string | Buffer): void {
    this.#answer = body;
  }

  /** The next words of a stream. */
  told(text: string): void {
    const before = typeof this.#answer === "string" ? this.#answer : "";
    if (before.length < maxBodyBytes) {
      this.#answer = before + text;
    } else {
      this.#beyondBytes += Buffer.byteLength(text);
    }
  }

  /** About what its record takes; cheap. */
  get boundBytes(): number {
    const answerBytes = Math.min(maxBodyBytes, (this.#answer?.length ?? 0) * 3);
    // Base64 makes four bytes of three.
    return 512 + Math.ceil(((Math.min(maxBodyBytes, this.#request.length) + answerBytes) * 4) / 3);
  }

  /** Its row, sealed for the call `id`, which ended at `endedWallMs`. */
  record(id: string, endedWallMs: number, sealer: Sealer): CallBodyRecord {
    const request = cut(this.#request);
    const answer = this.#answer === null ? null : cut(this.#answer);
    return {
      call_id: id,
      expires_at: new Date(endedWallMs + this.#keepHours * 3_600_000).toISOString(),
      request: sealer.seal(request.kept, bodyPlace(id, "request")),
      request_missing_bytes: request.missingBytes,
      answer: answer === null ? null : sealer.seal(answer.kept, bodyPlace(id, "answer")),
      answer_missing_bytes: (answer?.missingBytes ?? 0) + this.#beyondBytes,
    };
  }
}

/** The first `maxBodyBytes` of UTF-8, or up to three less: no character is cut in two. */
export function cut(text: string | Buffer): {
  readonly kept: Buffer;
  readonly missingBytes: number;
} {
  // No character takes less than a byte.
  const bytes = typeof text === "string" ? Buffer.from(text.slice(0, maxBodyBytes)) : text;
  let end = Math.min(bytes.length, maxBodyBytes);
  while (end < bytes.length && end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) {
    end -= 1;
  }
  return { kept: bytes.subarray(0, end), missingBytes: Buffer.byteLength(text) - end };
}
