export type AttemptEnd =
  | "complete"
  /** Ended cleanly, but short of its finish reason or its [DONE]. */
  | "truncated"
  | "cut"
  | "stalled"
  | "reset"
  | "client_closed";

/** What the provider saw of one attempt; instants are epoch milliseconds with a fraction. */
export interface Attempt {
  readonly seq: number;
  /** When the request's headers had arrived. */
  readonly at: number;
  readonly provider: string;
  readonly region: string;
  /** What follows the wall's key and a dot in the client's key; "" without, null with a wrong key. */
  readonly account: string | null;
  model: string | null;
  readonly kind: "chat" | "models";
  stream: boolean;
  prompt_chars: number;
  /** The length of the answer's beginning that the client gave (prefill), 0 without one. */
  prefill_chars: number;
  max_tokens: number | null;
  readonly user_agent: string | null;
  /** The id in the answer's `x-request-id`. */
  readonly request_id: string;
  /** The `x-request-id` that the client sent. */
  readonly client_request_id: string | null;
  /** The kinds that struck, joined by `+`; the breaking one comes last. */
  fault: string | null;
  status: number | null;
  tokens_sent: number;
  /** When the answer's headers were written. */
  answered_at: number | null;
  end: AttemptEnd | null;
  ended_at: number | null;
  /** When the client left before the end of the answer. */
  client_closed_at: number | null;
}

export type NewAttempt = Pick<
  Attempt,
  "provider" | "region" | "account" | "kind" | "user_agent" | "client_request_id"
>;

export interface AttemptFilter {
  /** Only attempts with a greater `seq`. */
  since?: number;
  /** The most attempts to return, oldest first. */
  limit?: number;
  provider?: string;
  region?: string;
  account?: string;
  model?: string;
  kind?: "chat" | "models";
}

export interface Journal {
  open: (attempt: NewAttempt) => Attempt;
  end: (attempt: Attempt, end: AttemptEnd) => void;
  list: (filter?: AttemptFilter) => Attempt[];
  clear: () => void;
  inFlight: () => number;
  lastSeq: () => number;
}

/** The present in epoch milliseconds with a fraction. */
export function preciseNowMs(): number {
  return performance.timeOrigin + performance.now();
}

/** An empty journal that keeps the latest `capacity` attempts. */
export function createJournal(capacity: number): Journal {
  const ring: Attempt[] = [];
  const run = Date.now().toString(36);
  let lastSeq = 0;
  let clearedUpTo = 0;
  let inFlight = 0;
  return {
    open({ provider, region, account, kind, user_agent, client_request_id }) {
      lastSeq += 1;
      const attempt: Attempt = {
        seq: lastSeq,
        at: preciseNowMs(),
        provider,
        region,
        account,
        model: null,
        kind,
        stream: false,
        prompt_chars: 0,
        prefill_chars: 0,
        max_tokens: null,
        user_agent,
        request_id: `req_${run}${String(lastSeq)}`,
        client_request_id,
        fault: null,
        status: null,
        tokens_sent: 0,
        answered_at: null,
        end: null,
        ended_at: null,
        client_closed_at: null,
      };
      ring[lastSeq % capacity] = attempt;
      inFlight += 1;
      return attempt;
    },
    end(attempt, end) {
      if (attempt.end === null) {
        attempt.end = end;
        attempt.ended_at = preciseNowMs();
        inFlight -= 1;
      }
    },
    list({ since = 0, limit = Infinity, provider, region, account, model, kind } = {}) {
      const found: Attempt[] = [];
      const first = Math.max(since, clearedUpTo, lastSeq - capacity) + 1;
      for (let seq = first; seq <= lastSeq && found.length < limit; seq += 1) {
        const attempt = ring[seq % capacity];
        if (
          attempt !== undefined &&
          (provider === undefined || attempt.provider === provider) &&
          (region === undefined || attempt.region === region) &&
          (account === undefined || attempt.account === account) &&
          (model === undefined || attempt.model === model) &&
          (kind === undefined || attempt.kind === kind)
        ) {
          found.push(attempt);
        }
      }
      return found;
    },
    clear() {
      clearedUpTo = lastSeq;
      ring.length = 0;
    },
    inFlight: () => inFlight,
    lastSeq: () => lastSeq,
  };
}
