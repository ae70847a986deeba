import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { counter } from "@/lib/gateway/metrics/families";
import { startOperations } from "@/lib/supervisor/operations";
import { freePort } from "../support/product";

const token = "metrics-token-of-a-test";

describe("the operations port", () => {
  let origin: string;
  let stop: () => Promise<void>;
  let isReady = true;
  beforeAll(async () => {
    const port = await freePort();
    origin = `http://127.0.0.1:${port}`;
    stop = await startOperations({
      host: "127.0.0.1",
      port,
      isReady: () => Promise.resolve(isReady),
      metrics: {
        token,
        families: () => Promise.resolve([counter("bellwether_calls_total", "Calls.", 7)]),
      },
    });
  });
  afterAll(() => stop());

  const ask = async (path: string, headers: Record<string, string> = {}): Promise<string> => {
    const response = await fetch(origin + path, { headers });
    return `${response.status} ${await response.text()}`;
  };

  it("tells in one word whether calls are taken", async () => {
    expect(await ask("/readyz")).toBe("200 ready\n");
    isReady = false;
    expect(await ask("/readyz")).toBe("503 not ready\n");
    expect(await ask("/healthz")).toBe("200 ok\n");
  });

  it("shows the metrics to the token only, and hides them from everybody else", async () => {
    expect(await ask("/metrics", { authorization: `Bearer ${token}` })).toContain(
      "\nbellwether_calls_total 7\n",
    );
    expect(await ask("/metrics")).toBe(await ask("/nothing"));
    expect(await ask("/metrics", { authorization: "Bearer wrong-token-wrong" })).toMatch(/^401 /);
  });
});
