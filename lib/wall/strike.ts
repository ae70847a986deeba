import { keepAliveOf, later, sendAnswer, sever, stall, writeHead, type Exchange } from "./exchange";
import { faultAnswer } from "./fault-answers";
import { isSocketFault, type AnswerFault, type SocketFault } from "./fault-kinds";
import type { RolledFaults } from "./faults";

/** Notes in the journal which faults strike an attempt. */
export function noteFaults(exchange: Exchange, rolled: RolledFaults): void {
  const { pacing, wording, headers, breaking } = rolled;
  const mild = [...pacing, ...wording, ...headers];
  const struck = breaking === null ? mild : [...mild, breaking];
  for (const fault of headers) {
    Object.assign(exchange.extraHeaders, fault.headers);
  }
  exchange.attempt.fault = struck.length === 0 ? null : struck.map(({ kind }) => kind).join("+");
}

/** Lets a fault take the place of the real answer. */
export function strike(
  exchange: Exchange,
  fault: SocketFault | AnswerFault,
  { stream, delayMs }: { stream: boolean; delayMs: number },
): void {
  if (isSocketFault(fault)) {
    breakConnection(exchange, fault, stream);
  } else {
    later(exchange, delayMs, () =>
      sendAnswer(exchange, faultAnswer(fault, stream, exchange.attempt)),
    );
  }
}

function breakConnection(exchange: Exchange, fault: SocketFault, stream: boolean): void {
  switch (fault.kind) {
    case "refuse":
      sever(exchange, "reset");
      return;
    case "reset":
      later(exchange, fault.after_ms, () => sever(exchange, "reset"));
      return;
    case "silent":
      stall(exchange, null);
      return;
    case "headers_then_silent":
      writeHead(exchange, 200, {
        "content-type": stream ? "text/event-stream; charset=utf-8" : "application/json",
      });
      exchange.res.flushHeaders();
      stall(exchange, keepAliveOf(fault.keep_alive_ms, stream));
  }
}
