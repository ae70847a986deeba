/** Where a broken answer goes on: the next target that continues what was delivered, or tells it again. */
import { prefillOf } from "../dialects/splice";
import { GatewayError } from "../shared/errors";
import { continuation } from "./attempt";
import type { BegunStream } from "./attempt-result";
import type { Call } from "./call";
import { affordsAnother } from "./call-trace";
import { type Delivered, Joint } from "./joint";
import { type OpenAttempt, beginAttempt } from "./open-attempt";
import { pause } from "./pause";
import { Tally } from "./tally";

/** One attempt's share of an answer. */
export type Part = { readonly by: OpenAttempt; readonly stream: BegunStream };

export type Continued = { readonly part: Part; readonly joint: Joint };

/**
 * The part that goes on where `broken` left off, with its joint; null when nobody may or can.
 *
 * What goes wrong on the way is logged with the call and is never its error: that is the break itself.
 *
 * @throws {GatewayError} `client_closed`.
 */
export async function continueElsewhere(
  call: Call,
  delivered: Delivered,
  broken: OpenAttempt,
): Promise<Continued | null> {
  const { deps, spec, trace } = call;
  const prefillText = prefillOf(delivered.text);
  for (;;) {
    const move = deps.router.next(spec.id, { deliveredTokens: delivered.tokens });
    if (move.type === "finish") {
      return null;
    }
    if (move.type === "pause") {
      await pause(call, move.forMs);
      continue;
    }
    const by = beginAttempt(call, move);
    if (!affordsAnother(trace)) {
      by.giveUp("not_sent", new Tally());
      return null;
    }
    const method = move.splice ?? "restart";
    const isPrefill = method === "prefill" && prefillText !== "";
    const result = await continuation(
      call,
      by,
      isPrefill ? { text: prefillText, tokens: delivered.tokens } : null,
    );
    switch (result.kind) {
      case "stream": {
        const parts = { from: broken.trace, to: by.trace };
        const joint = new Joint(trace, parts, delivered, method);
        return { part: { by, stream: result.stream }, joint };
      }
      case "failed":
        by.fail(result.failure, result.tally);
        break;
      case "cancelled":
        by.giveUp(result.why, result.tally);
        if (result.why === "caller_left") {
          throw new GatewayError("client_closed");
        }
    }
  }
}
