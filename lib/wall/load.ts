export interface LoadOptions {
  /** The gateway, without `/v1`. */
  url: string;
  key: string;
  perSecond?: number;
  model?: string;
  signal: AbortSignal;
  /** Told of every call that failed; the load goes on. */
  onError?: (error: unknown) => void;
}

const callTimeoutMs = 30_000;
const inFlightLimit = 8;

const questions = [
  "Say hello to the flock in 20 words.",
  "Summarise this ticket in 40 words: the export button is grey since Monday.",
  "Translate to French: the bell rings at noon.",
  "Name three rivers.",
  "Write 60 words about lighthouses.",
  "Is 97 a prime number?",
  "Draft a friendly reminder in 50 words about the invoice of last month.",
  "Classify the mood: I love how quickly you answered!",
];

/**
 * Sends gentle, varied, jittered calls until the signal aborts; resolves when the last has ended.
 *
 * Never throws, never has more than 8 calls in flight; about a third of the calls stream.
 */
export async function startLoad(options: LoadOptions): Promise<void> {
  const { perSecond = 1, signal, onError = () => undefined } = options;
  const inFlight = new Set<Promise<void>>();
  while (!signal.aborted) {
    if (inFlight.size < inFlightLimit) {
      const call = sendCall(options)
        .catch((error: unknown) => {
          if (!signal.aborted) {
            onError(error);
          }
        })
        .finally(() => inFlight.delete(call));
      inFlight.add(call);
    }
    await pause((1_000 / perSecond) * (0.5 + Math.random()), signal);
  }
  await Promise.all(inFlight);
}

async function sendCall({ url, key, model = "auto", signal }: LoadOptions): Promise<void> {
  // AbortSignal.any keeps its sources' listeners in Node 20: a long-lived signal would collect them.
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const timer = setTimeout(abort, callTimeoutMs);
  signal.addEventListener("abort", abort, { once: true });
  try {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${key}`,
        "content-type": "application/json",
        "user-agent": "bellwether-demo",
      },
      body: JSON.stringify({
        model,
        messages: [{ role: "user", content: oneOf(questions) }],
        max_tokens: 64,
        stream: Math.random() < 1 / 3,
      }),
      signal: controller.signal,
    });
    await response.arrayBuffer();
    if (!response.ok) {
      throw new Error(`The gateway answered ${response.status}.`);
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}

function oneOf<T>(choices: readonly T[]): T | undefined {
  return choices[Math.floor(Math.random() * choices.length)];
}

function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, durationMs);
    signal.addEventListener("abort", done, { once: true });
  });
}
