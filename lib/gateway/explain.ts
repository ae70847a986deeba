/** `POST /v1/route:explain`: the plan of a chat completion, without sending it anywhere. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { uuidV7 } from "../shared/uuid";
import { authenticate } from "./authenticate";
import type { ChatDeps } from "./call";
import { callSpec } from "./call-spec";
import { Canceller } from "./canceller";
import { parseChatRequest } from "./chat-request";
import { planAnswer } from "./plan-answer";
import { sendJson } from "./respond";

/**
 * Answers with what the call in the body would do now; a plan without any target is an answer too.
 *
 * @throws {GatewayError} as the call itself would before its first attempt.
 */
export async function explain(
  req: IncomingMessage,
  res: ServerResponse,
  deps: ChatDeps,
): Promise<void> {
  const id = uuidV7(Date.now());
  const key = authenticate(req, deps.live);
  // Nothing here waits for anybody else, so nothing needs to be taken back.
  const leave = deps.admission.enter(new Canceller());
  try {
    const request = parseChatRequest(await deps.admission.readBody(req));
    const spec = callSpec(id, req, request, key, deps);
    const answer = planAnswer(deps.router.world, spec, deps.now());
    sendJson(res, 200, JSON.stringify(answer), {
      "x-request-id": id,
      "x-bellwether-revision": String(answer.revision),
      ...deps.limiter.ticketFor(key)?.headers(),
    });
  } finally {
    leave();
  }
}
