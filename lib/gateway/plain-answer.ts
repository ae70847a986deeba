/** A plain answer of one target, read whole before anything of it goes to the caller. */
import type { IncomingHttpHeaders } from "node:http";
import { type Signal, classify } from "../core/classify";
import type { AttemptResult } from "./attempt-result";
import type { CancelReason } from "./canceller";
import type { GatewayDeps } from "./deps";
import type { OpenAttempt } from "./open-attempt";
import { maxAnswerBytes, readInto } from "./plain-body";
import { Tally } from "./tally";
import type { StreamOrder } from "./upstream-stream";
import { type Wire, send } from "./wire";
import { statusSignal, transportSignal } from "./wire-signals";

const maxErrorBytes = 64 * 1024;

/** Asks for a plain answer and resolves with it, or with what went wrong. Never rejects. */
export function readAnswer(
  deps: GatewayDeps,
  order: Pick<StreamOrder, "endpoint" | "request" | "times">,
  by: OpenAttempt,
): Promise<AttemptResult> {
  return new Promise((resolve) => {
    const startedMs = deps.now();
    const tally = new Tally();
    const chunks: Buffer[] = [];
    let bytes = 0;
    let status = 0;
    let headers: IncomingHttpHeaders = {};
    let wasForgiven = false;
    const finish = (result: AttemptResult): void => {
      clearTimeout(timer);
      by.cancel.unlisten(onCancel);
      wire.abort();
      resolve(result);
    };
    const fail = (signal: Signal, errorBody: Buffer | null): void => {
      const failure = classify(signal, by.retryAfterWaitMs);
      finish({ kind: "failed", failure, errorBody, tally });
    };
    const failWithStatus = (): void => {
      const body = Buffer.concat(chunks);
      fail(statusSignal(status, headers, body), body);
    };
    const onCancel = (why: CancelReason): void => {
      finish({ kind: "cancelled", why, tally });
    };
    const onTimeout = (): void => {
      const lateMs = deps.now() - startedMs - order.times.firstMs;
      if (lateMs > deps.timing.stallMs && !wasForgiven) {
        // What came while our own loop stood still waits unread in the socket.
        wasForgiven = true;
        timer = setTimeout(onTimeout, deps.timing.stallMs);
      } else if (order.times.impatient) {
        finish({ kind: "cancelled", why: "impatient", tally });
      } else {
        fail({ kind: "timeout", phase: "ttft" }, null);
      }
    };
    let timer = setTimeout(onTimeout, order.times.firstMs);
    const wire: Wire = send(deps.upstreams.pool(order.endpoint), order.request, {
      onHead(headStatus, headHeaders) {
        status = headStatus;
        headers = headHeaders;
        by.sawHead(headHeaders);
      },
      onData(chunk) {
        bytes += chunk.length;
        if (bytes <= (status === 200 ? maxAnswerBytes : maxErrorBytes)) {
          chunks.push(chunk);
        } else if (status === 200) {
          fail({ kind: "too_large" }, null);
        } else {
          failWithStatus();
        }
      },
      onEnd() {
        if (status !== 200) {
          failWithStatus();
          return;
        }
        const body = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
        const wrong = readInto(tally, body, headers);
        if (wrong === null) {
          finish({ kind: "answer", body, tally });
        } else {
          fail(wrong, body);
        }
      },
      onError(error) {
        fail(transportSignal(error, deps.now() - startedMs, status), null);
      },
    });
    by.cancel.listen(onCancel);
  });
}
