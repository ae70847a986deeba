/** What came of one try of a call at a target, as a value. */
import type { Failure } from "../core/classify";
import type { Chunk } from "../dialects/openai";
import type { CancelReason } from "./canceller";
import type { Tally } from "./tally";

export type AttemptResult =
  /** A plain answer, whole. */
  | { readonly kind: "answer"; readonly body: string | Buffer; readonly tally: Tally }
  /** A stream that has begun: what it brought so far is held back, the rest is on its way. */
  | { readonly kind: "stream"; readonly stream: BegunStream }
  /** A stream that was kept back until it was whole; the data of its events. */
  | { readonly kind: "events"; readonly events: readonly string[]; readonly tally: Tally }
  | {
      readonly kind: "failed";
      readonly failure: Failure;
      readonly errorBody: Buffer | null;
      readonly tally: Tally;
    }
  | {
      readonly kind: "cancelled";
      /** `impatient`: the caller's own patience has run out; it says nothing about the target. */
      readonly why: CancelReason | "impatient";
      readonly tally: Tally;
    };

/** A stream that has begun, or what came instead. */
export type StreamResult = Extract<AttemptResult, { kind: "stream" | "failed" | "cancelled" }>;

export type StreamEnd =
  | { readonly kind: "complete" }
  /** The sink wanted nothing more. */
  | { readonly kind: "stopped" }
  | { readonly kind: "interrupted"; readonly failure: Failure }
  | { readonly kind: "caller_left" };

/** Where the events of a stream go. */
export type StreamSink = {
  /** Takes one event; false: nothing more of this stream is wanted. */
  take(chunk: Chunk): boolean;
  /** Hands on what has gathered; false: the provider is to be held back until there is room. */
  flush(): boolean;
};

export type BegunStream = {
  readonly tally: Tally;
  /** Gives everything to `sink`, held events first, and tells how the stream ended. */
  relay(sink: StreamSink): Promise<StreamEnd>;
  /** There is room again. */
  readonly resume: () => void;
};
