/**
 * A begun stream on its way to its caller: events go on as they came where nothing has to change.
 *
 * It outlives the attempt that feeds it: after a break the continuation of another one is joined to what was delivered.
 */
import type { Chunk, Json, Usage } from "../dialects/openai";
import {
  type AnswerIdentity,
  finishEvent,
  identityOf,
  joinedEvent,
  usageEvent,
} from "../dialects/rewrite";
import type { StreamSink } from "./attempt-result";
import type { CallBody } from "./call-body";
import type { CallerStream } from "./caller-stream";
import type { Delivered, Joint } from "./joint";
import { countedTokens } from "./tally";

/** Longer texts are not kept for a resumption. */
const maxKeptChars = 256 * 1024;
const done = "data: [DONE]\n\n";

export type RelayOptions = {
  /** Where what goes out is kept; null or absent: nowhere. */
  readonly body?: Pick<CallBody, "told"> | null;
  readonly wantsUsage: boolean;
  /** One plain text: what was delivered is kept, so that it may be continued elsewhere. */
  readonly keepsText: boolean;
};

export class Relay implements StreamSink {
  readonly #out: CallerStream;
  readonly #options: RelayOptions;
  #batch = "";
  #identity: AnswerIdentity | null = null;
  #latest: Chunk | null = null;
  /** The last event, held back because something is to be added to it. */
  #held: Readonly<Json> | null = null;
  #text = "";
  #keepsText: boolean;
  #hasReasoning = false;
  #chars = 0;
  #pieces = 0;
  #hasUsage = false;
  #joint: Joint | null = null;
  #jointEnd: "diverged" | "stopped" | null = null;

  constructor(out: CallerStream, options: RelayOptions) {
    this.#out = out;
    this.#options = options;
    this.#keepsText = options.keepsText;
  }

  /** What was delivered, when it may be continued elsewhere; else null. Nobody goes on with half a thought. */
  get continuable(): Delivered | null {
    return this.#keepsText && (this.#text !== "" || !this.#hasReasoning)
      ? { text: this.#text, tokens: this.deliveredTokens }
      : null;
  }

  get deliveredTokens(): number {
    return countedTokens(this.#chars, this.#pieces);
  }

  /** Why the continuation was stopped before its own end; null when it was not. */
  get jointEnd(): "diverged" | "stopped" | null {
    return this.#jointEnd;
  }

  /** From now on a continuation comes, to be joined to what was delivered. */
  join(joint: Joint): void {
    this.#joint = joint;
    this.#jointEnd = null;
  }

  take(chunk: Chunk): boolean {
    this.#latest = chunk;
    this.#identity ??= identityOf(chunk);
    if (this.#joint !== null) {
      return this.#takeJoined(chunk, this.#joint, this.#identity);
    }
    this.#note(chunk);
    if (chunk.usageOnly && !this.#options.wantsUsage) {
      return true;
    }
    if (this.#out.isSpent && (chunk.finishReason !== null || this.#held !== null)) {
      this.#hold(chunk.json);
    } else {
      this.#batch += `data: ${chunk.data}\n\n`;
    }
    return true;
  }

  flush(): boolean {
    if (this.#batch === "") {
      return true;
    }
    const text = this.#batch;
    this.#batch = "";
    return this.#out.write(text);
  }

  /**
   * The provider's stream is at its end: whether the answer is whole. It is not when a continuation ended before it had
   * told the delivered text again.
   */
  settle(): boolean {
    if (this.#joint !== null && this.#jointEnd === null && this.#latest !== null) {
      const { forward, end } = this.#joint.splice.finish();
      this.#jointEnd = end;
      if (forward !== "" && this.#identity !== null) {
        this.#add(joinedEvent(this.#latest, this.#identity, forward), forward, false);
      }
    }
    return this.#jointEnd !== "diverged";
  }

  /** Ends the answer: with `usage` where it is asked for and was not told, and `bellwether`, if any, in its last event. */
  complete(usage: Usage | null, bellwether: Readonly<Json> | null): void {
    const isTold = this.#hasUsage && this.#joint === null;
    let mark = bellwether;
    if (this.#options.wantsUsage && !isTold && usage !== null) {
      this.#hold(usageEvent(this.#latest?.json ?? {}, this.#identity ?? {}, usage));
      mark = this.#joint === null ? { ...bellwether, usage_estimated: true } : bellwether;
    }
    if (mark !== null) {
      const last = this.#held ?? { ...this.#latest?.json, ...this.#identity, choices: [] };
      this.#held = { ...last, bellwether: mark };
    }
    this.#releaseHeld();
    this.#out.end(this.#batch + done);
  }

  /** Hands out what has gathered, before an error ends the stream. */
  drain(): void {
    this.#releaseHeld();
    this.flush();
  }

  #takeJoined(chunk: Chunk, joint: Joint, identity: AnswerIdentity): boolean {
    if (chunk.extra === "other") {
      this.#jointEnd = "diverged";
      return false;
    }
    const isFinish = chunk.finishReason !== null;
    const pushed = joint.splice.push(chunk.text);
    const last = isFinish && pushed.end === null ? joint.splice.finish() : null;
    const forward = pushed.forward + (last?.forward ?? "");
    this.#jointEnd = pushed.end ?? last?.end ?? null;
    switch (this.#jointEnd) {
      case "diverged":
        return false;
      case "stopped":
        this.#add(finishEvent(chunk, identity, "stop"), "", true);
        return false;
      case null:
        if (forward !== "" || isFinish) {
          this.#add(joinedEvent(chunk, identity, forward), forward, isFinish);
        }
        return true;
    }
  }

  /** An event of a continuation; the first one says so. Its usage is one target's, and not the answer's. */
  #add({ usage: _ofOneTarget, ...event }: Json, text: string, isFinish: boolean): void {
    this.#deliver(text);
    this.#options.body?.told(text);
    const told = this.#joint?.tellFirst() ?? null;
    const marked = told === null ? event : { ...event, bellwether: told };
    if (this.#out.isSpent && isFinish) {
      this.#hold(marked);
    } else {
      this.#batch += eventText(marked);
    }
  }

  #note(chunk: Chunk): void {
    this.#hasUsage ||= chunk.usage !== null;
    this.#hasReasoning ||= chunk.extra === "reasoning";
    if (chunk.extra === "other") {
      this.#forget();
    }
    this.#deliver(chunk.text);
    // What is not text, such as a call of a tool, is kept as the event that brought it.
    this.#options.body?.told(chunk.extra === "other" ? `${chunk.data}\n` : chunk.text);
  }

  #deliver(text: string): void {
    if (text === "") {
      return;
    }
    this.#chars += text.length;
    this.#pieces += 1;
    if (this.#chars > maxKeptChars) {
      this.#forget();
    } else if (this.#keepsText) {
      this.#text += text;
    }
  }

  #forget(): void {
    this.#keepsText = false;
    this.#text = "";
  }

  #hold(event: Readonly<Json>): void {
    this.#releaseHeld();
    this.#held = event;
  }

  #releaseHeld(): void {
    if (this.#held !== null) {
      this.#batch += eventText(this.#held);
      this.#held = null;
    }
  }
}

function eventText(event: Readonly<Json>): string {
  return `data: ${JSON.stringify(event)}\n\n`;
}
