/** Where a broken answer goes on at another target: what the caller is told of it, and what it costs besides. */
import type { Json, Usage } from "../dialects/openai";
import { Splice, type SpliceMethod } from "../dialects/splice";
import { costNanoUsd } from "../pricing/cost";
import { type AttemptTrace, type CallTrace, attemptCostNanoUsd, sumOfKnown } from "./call-trace";
import { estimatedTokens } from "./tally";

/** What a caller has of an answer. */
export type Delivered = { readonly text: string; readonly tokens: number };

export class Joint {
  readonly splice: Splice;
  readonly #trace: CallTrace;
  /** The attempt that gave the answer up to here; the first one's prompt is the caller's. */
  readonly #from: AttemptTrace;
  readonly #to: AttemptTrace;
  readonly #delivered: Delivered;
  #isTold = false;

  constructor(
    trace: CallTrace,
    parts: { readonly from: AttemptTrace; readonly to: AttemptTrace },
    delivered: Delivered,
    method: SpliceMethod,
  ) {
    this.splice = new Splice(delivered.text, method, trace.request?.stops ?? []);
    this.#trace = trace;
    this.#from = parts.from;
    this.#to = parts.to;
    this.#delivered = delivered;
  }

  /** What the first event behind the joint says of it; null for those after it. */
  tellFirst(): Json | null {
    if (this.#isTold) {
      return null;
    }
    this.#isTold = true;
    const { tokens } = this.#delivered;
    const isRestart = this.splice.method === "restart";
    const again = {
      promptTokens: this.#promptTokens + (isRestart ? 0 : tokens),
      completionTokens: isRestart ? tokens : 0,
      cachedTokens: 0,
    };
    return this.#told([...this.#lostCosts(), costNanoUsd(this.#to.target.price, again)]);
  }

  /** What the last event says of it, once its attempt has ended with `tokens` delivered in all. */
  tellLast(tokens: number): Json {
    const { price } = this.#to.target;
    const cost = attemptCostNanoUsd(this.#trace, this.#to);
    const worth = Math.max(0, tokens - this.#delivered.tokens) * (price?.outputNanoUsd ?? 0);
    return this.#told([...this.#lostCosts(), cost === null ? null : Math.max(0, cost - worth)]);
  }

  /** The usage of the whole answer as if one target had given it: the first prompt, and the completion as delivered. */
  usage(tokens: number): Usage {
    const first = this.#trace.attempts.find((one) => one.firstTokenMs !== null)?.tally?.usage;
    const last = this.#to.tally?.usage ?? null;
    if (this.splice.method === "restart") {
      return {
        promptTokens: first?.promptTokens ?? last?.promptTokens ?? this.#promptTokens,
        completionTokens: last?.completionTokens ?? tokens,
        cachedTokens: first?.cachedTokens ?? last?.cachedTokens ?? 0,
      };
    }
    const prefillTokens = estimatedTokens(this.#delivered.text.length);
    const prompt = last === null ? this.#promptTokens : last.promptTokens - prefillTokens;
    return {
      promptTokens: first?.promptTokens ?? Math.max(1, prompt),
      completionTokens: last === null ? tokens : this.#delivered.tokens + last.completionTokens,
      cachedTokens: first?.cachedTokens ?? 0,
    };
  }

  get #promptTokens(): number {
    return this.#trace.request?.needs.promptTokens ?? 0;
  }

  /** Continuations that came to nothing between the break and this one. */
  #lostCosts(): (number | null)[] {
    const { attempts } = this.#trace;
    return attempts
      .slice(attempts.indexOf(this.#from) + 1, attempts.indexOf(this.#to))
      .map((one) => attemptCostNanoUsd(this.#trace, one));
  }

  #told(costs: readonly (number | null)[]): Json {
    const cost = sumOfKnown(costs);
    return {
      resumed: true,
      from: placeOf(this.#from),
      to: placeOf(this.#to),
      method: this.splice.method,
      at_char: this.#delivered.text.length,
      extra_cost_usd: cost === null ? null : cost / 1e9,
    };
  }
}

function placeOf({ target }: AttemptTrace): string {
  return `${target.provider}/${target.model}@${target.region}`;
}
