/** The body of a 200 that came in one piece. */
import type { IncomingHttpHeaders } from "node:http";
import type { Signal } from "../core/classify";
import { isProviderFailure, readPlainAnswer } from "../dialects/openai";
import type { Tally } from "./tally";
import { isHtml } from "./wire-signals";

export const maxAnswerBytes = 32 * 1024 * 1024;

/** What is wrong with the body of a 200; null when it is an answer, which `tally` then knows. */
export function readInto(tally: Tally, body: Buffer, headers: IncomingHttpHeaders): Signal | null {
  const answer = readPlainAnswer(body.toString("utf8"));
  switch (answer.kind) {
    case "error":
      return { kind: "bad_answer", detail: "an error inside a 200", error: answer.error };
    case "invalid":
      return { kind: "bad_answer", detail: invalidDetail(body, headers), error: null };
    case "answer":
      break;
  }
  if (isProviderFailure(answer.finishReason)) {
    const { finishReason: code } = answer;
    const error = { code, type: "", message: "the provider could not go on", param: null };
    return { kind: "bad_answer", detail: code, error };
  }
  tally.usage = answer.usage;
  tally.chars = answer.chars;
  return null;
}

function invalidDetail(body: Buffer, headers: IncomingHttpHeaders): string {
  if (isHtml(headers)) {
    return "an HTML page";
  }
  return body.length === 0 ? "an empty body" : "not a chat completion";
}
