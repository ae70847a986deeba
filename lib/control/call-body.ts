import { type BodyText, type CallBody } from "../shared/contract";
import { bodyPlace } from "../shared/sealed";
import { type SealedText, findCallBody, recordBodyOpening } from "../store/call-bodies";
import { isCall } from "../store/calls";
import { toStoredActor } from "./actor";
import { isCallId, throwNoCall } from "./calls-page";
import { defineVerb } from "./verb";

/**
 * What the caller of one call sent and got, opened for whoever asks for it, or why not. The figures of a call are for
 * everybody who may look; its words are for those who may operate. Who opened them is written down before they are told.
 *
 * @throws {GatewayError} `not_found` when there is neither a body nor a call.
 */
export const callBody = defineVerb<{ readonly id: string }, CallBody>(
  "operate",
  async (actor, { db, sealer }, { id }) => {
    const body = isCallId(id) ? await findCallBody(db, id) : undefined;
    if (body === undefined) {
      return isCallId(id) && (await isCall(db, id)) ? { state: "not_logged" } : throwNoCall();
    }
    const { expiresAt } = body;
    if (body.kind === "expired") {
      return { state: "expired", expiresAt };
    }
    const opened = (side: "request" | "answer", part: SealedText): BodyText | undefined => {
      const text = sealer?.open(part.sealed, bodyPlace(id, side));
      return text === undefined ? undefined : { text, missingBytes: part.missingBytes };
    };
    const request = opened("request", body.request);
    const answer = body.answer === null ? null : opened("answer", body.answer);
    if (request === undefined || answer === undefined) {
      return { state: "key_changed", expiresAt };
    }
    await recordBodyOpening(db, id, toStoredActor(actor));
    return { state: "open", expiresAt, request, answer };
  },
);
