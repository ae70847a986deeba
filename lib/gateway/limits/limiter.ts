/**
 * What an application key may use on this node: requests and tokens a minute, calls at a time, and money.
 *
 * Everything that it decides by is in memory. A limit is shared out over the live nodes.
 */
import { type Pace, correctUnits, freshPace, shareOf, takeUnits, waitMs } from "../../core/pace";
import type { Candidate } from "../../core/plan";
import {
  type CallSize,
  expectedAnswerTokens,
  expectedCostNanoUsd,
  greatestCostNanoUsd,
} from "../../core/reserve";
import type { AppKey } from "../live";
import { type AnswerSizes, createAnswerSizes } from "./answer-sizes";
import type { Bank, SetAside } from "./bank";
import type { KeyLimits } from "./key-limits";
import { type PaceState, paceHeaders } from "./pace-headers";
import { paceError, parallelError, unboundedError } from "./refusals";

/** What a call has used. */
export type CallUse = {
  readonly tokens: number;
  readonly costNanoUsd: number;
  /** The answer that its caller got, where its provider told how long it was. */
  readonly answer: { readonly model: string; readonly tokens: number } | null;
};

/** The limits of its key as one call meets them, from its first byte to its last. */
export type Ticket = {
  /** Before the body is read. @throws {GatewayError} `too_many_parallel` or `rate_limit_exceeded`. */
  enter(): void;
  /**
   * Before anything is sent, with the targets that may answer. A promise only when money has to be leased first.
   *
   * @throws {GatewayError} `rate_limit_exceeded`, `budget_exceeded`, and under a strict budget `model_not_allowed` (no price)
   *   or `invalid_request` (no limit for the answer).
   */
  reserve(candidates: readonly Candidate[], size: CallSize): Promise<void> | null;
  /** Whether the money suffices for one more try after `spentNanoUsd` were billed for others. */
  affords(spentNanoUsd: number): boolean;
  /** After the last byte; does nothing for a call that was not let in. */
  leave(use: CallUse): void;
  /** The `x-ratelimit-*` headers of this moment. */
  headers(): Record<string, string>;
};

export type Limiter = {
  /** Null for a key without limits. Nothing is used before `enter`. */
  ticketFor(key: AppKey): Ticket | null;
  /** Forgets the keys that are gone. */
  keepOnly(keyIds: ReadonlySet<string>): void;
};

export type LimiterDeps = {
  readonly bank: Bank;
  readonly liveNodes: () => number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
};

/** What a key uses now. */
type KeyUse = { readonly requests: Pace; readonly tokens: Pace; running: number };

/** A limiter that knows of no use yet. */
export function createLimiter(deps: LimiterDeps): Limiter {
  const uses = new Map<string, KeyUse>();
  const ticketDeps = { ...deps, sizes: createAnswerSizes() };
  return {
    ticketFor({ id, limits }) {
      if (limits === null) {
        return null;
      }
      let use = uses.get(id);
      if (use === undefined) {
        use = { requests: freshPace(), tokens: freshPace(), running: 0 };
        uses.set(id, use);
      }
      return new KeyTicket(id, limits, use, ticketDeps);
    },
    keepOnly(keyIds) {
      for (const [id, { running }] of uses) {
        if (running === 0 && !keyIds.has(id)) {
          uses.delete(id);
        }
      }
    },
  };
}

type TicketDeps = LimiterDeps & { readonly sizes: AnswerSizes };

class KeyTicket implements Ticket {
  readonly #keyId: string;
  readonly #limits: KeyLimits;
  readonly #use: KeyUse;
  readonly #deps: TicketDeps;
  #isIn = false;
  #tokens = 0;
  #costNanoUsd = 0;
  #money: SetAside | null = null;

  constructor(keyId: string, limits: KeyLimits, use: KeyUse, deps: TicketDeps) {
    this.#keyId = keyId;
    this.#limits = limits;
    this.#use = use;
    this.#deps = deps;
  }

  enter(): void {
    const { parallel, requestsPerMinute } = this.#limits;
    const { liveNodes, now } = this.#deps;
    if (parallel !== null && this.#use.running >= Math.floor(shareOf(parallel, liveNodes()))) {
      throw parallelError(parallel);
    }
    if (requestsPerMinute !== null) {
      const nowMs = now();
      const rate = this.#rate(requestsPerMinute);
      const forMs = waitMs(this.#use.requests, 1, rate, nowMs);
      if (forMs > 0) {
        throw paceError("requests", requestsPerMinute, 1, forMs);
      }
      takeUnits(this.#use.requests, 1, rate.perMinute, nowMs);
    }
    this.#use.running += 1;
    this.#isIn = true;
  }

  reserve(candidates: readonly Candidate[], size: CallSize): Promise<void> | null {
    this.#reserveTokens(candidates, size);
    const { budget } = this.#limits;
    if (budget === null) {
      return null;
    }
    this.#costNanoUsd = budget.strict
      ? this.#greatestCost(candidates, size)
      : expectedCostNanoUsd(candidates, size, this.#deps.sizes.usual);
    const money = this.#deps.bank.reserve(this.#keyId, budget, this.#costNanoUsd);
    if (!(money instanceof Promise)) {
      this.#money = money;
      return null;
    }
    return money.then((setAside) => {
      this.#money = setAside;
    });
  }

  affords(spentNanoUsd: number): boolean {
    if (this.#money === null || spentNanoUsd === 0) {
      return true;
    }
    // Without a strict budget a call that has begun may cost more than was thought.
    return (
      this.#money.raiseTo(spentNanoUsd + this.#costNanoUsd) || this.#limits.budget?.strict !== true
    );
  }

  leave({ tokens, costNanoUsd, answer }: CallUse): void {
    if (!this.#isIn) {
      return;
    }
    this.#isIn = false;
    this.#use.running -= 1;
    const { tokensPerMinute } = this.#limits;
    if (tokensPerMinute !== null) {
      const { perMinute } = this.#rate(tokensPerMinute);
      correctUnits(this.#use.tokens, tokens - this.#tokens, perMinute, this.#deps.now());
    }
    this.#money?.settle(costNanoUsd);
    if (answer !== null) {
      this.#deps.sizes.note(answer.model, answer.tokens, this.#deps.now());
    }
  }

  headers(): Record<string, string> {
    const { requestsPerMinute, tokensPerMinute } = this.#limits;
    const { requests, tokens } = this.#use;
    return paceHeaders(
      this.#state(requestsPerMinute, requests),
      this.#state(tokensPerMinute, tokens),
      this.#deps.now(),
    );
  }

  #state(limit: number | null, pace: Pace): PaceState | null {
    return limit === null
      ? null
      : { pace, limit, perMinute: shareOf(limit, this.#deps.liveNodes()) };
  }

  #rate(limit: number): { perMinute: number; limit: number } {
    return { perMinute: shareOf(limit, this.#deps.liveNodes()), limit };
  }

  /** The prompt and the expected answer; an answer is never expected to be more than the limit has beside its prompt. */
  #reserveTokens(candidates: readonly Candidate[], size: CallSize): void {
    const { tokensPerMinute } = this.#limits;
    if (tokensPerMinute === null) {
      return;
    }
    const nowMs = this.#deps.now();
    const rate = this.#rate(tokensPerMinute);
    const model = candidates[0]?.target.model;
    const recent = model === undefined ? null : this.#deps.sizes.usual(model);
    // An answer of which nothing is known is counted when it is there: a guess would hold up the next call for nothing.
    const isKnown = recent !== null || size.maxTokens !== null;
    const answer = isKnown ? expectedAnswerTokens(size, recent) : 0;
    const most = Math.max(size.promptTokens, Math.min(rate.perMinute, tokensPerMinute));
    const tokens = Math.min(size.promptTokens + answer, most);
    const forMs = waitMs(this.#use.tokens, tokens, rate, nowMs);
    if (forMs > 0) {
      throw paceError("tokens", tokensPerMinute, tokens, forMs);
    }
    takeUnits(this.#use.tokens, tokens, rate.perMinute, nowMs);
    this.#tokens = tokens;
  }

  #greatestCost(candidates: readonly Candidate[], size: CallSize): number {
    const cost = greatestCostNanoUsd(candidates, size);
    if (typeof cost !== "number") {
      throw unboundedError(cost);
    }
    return cost;
  }
}
