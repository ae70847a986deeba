import { setTimeout as sleep } from "node:timers/promises";
import { type ReplayResult } from "../shared/contract";
import { GatewayError } from "../shared/errors";
import { isCall } from "../store/calls";
import { type Database } from "../store/database";
import { errorIn, sendAsApp } from "./app-call";
import { callBody } from "./call-body";
import { type Relay } from "./relay";
import { defineVerb } from "./verb";

type Replay = {
  readonly id: string;
  /** The secret of an application key of the person's own: what is sent counts against its limits. */
  readonly key: string;
  readonly relay: Relay;
  readonly gatewayUrl: string;
  readonly signal: AbortSignal;
};

/**
 * Sends what the caller of one call sent once more, and resolves when the answer has ended and is in the log. The words
 * are opened for that, which is written down. Trouble at the gateway is a result; the answer itself stands in the log only.
 *
 * @throws {GatewayError} `not_found` as `callBody`; `invalid_request` when the words are not there whole.
 */
export const replayCall = defineVerb<Replay, ReplayResult>(
  "operate",
  async (actor, deps, { id, key, relay, gatewayUrl, signal }) => {
    const body = await callBody(actor, deps, { id });
    if (body.state !== "open" || body.request.missingBytes > 0) {
      throw new GatewayError("invalid_request", {
        message: "What the caller sent is not there whole.",
        refusal: { reason: "body_not_whole" },
      });
    }
    const { text } = body.request;
    const { response, callId } = await sendAsApp(relay, gatewayUrl, { key, body: text, signal });
    const answer: unknown = response.ok
      ? await drained(response)
      : await response.json().catch(() => null);
    if (callId !== null) {
      await untilLogged(deps.db, callId);
    }
    return { status: response.status, callId, ...errorIn(answer) };
  },
);

/** A stream that breaks off is told by the log. */
async function drained({ body }: Response): Promise<null> {
  await body?.pipeTo(new WritableStream()).catch(() => undefined);
  return null;
}

const loggedWithinMs = 3_000;
const lookEveryMs = 100;

async function untilLogged(db: Database, id: string): Promise<void> {
  for (let untilMs = performance.now() + loggedWithinMs; performance.now() < untilMs;) {
    if (await isCall(db, id)) {
      return;
    }
    await sleep(lookEveryMs);
  }
}
