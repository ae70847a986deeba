import { describe, expect, it } from "vitest";
import type { Target } from "@/lib/core/types";
import { Canceller } from "@/lib/gateway/canceller";
import { createRunningAttempts } from "@/lib/gateway/running";

function targetOf(id: string): Target {
  return {
    id,
    provider: "alpha",
    credential: null,
    region: "us-east",
    model: "gpt-4.1",
    upstreamModel: "gpt-4.1",
    pair: "alpha/gpt-4.1",
    regionPriority: 1,
    breaker: { minThreshold: 3, baseEjectionMs: 1, maxEjectionMs: 1, observeOnly: new Set() },
    probe: { intervalMs: 1, timeoutMs: 1, mode: "off" },
    price: null,
    capabilities: {
      contextTokens: null,
      outputTokens: null,
      tools: null,
      vision: null,
      json: null,
      prefill: false,
      reasoning: false,
    },
  };
}

describe("a canceller", () => {
  it("tells its first reason once, to those who listen and to those who come too late", () => {
    const heard: string[] = [];
    const cancel = new Canceller();
    const gone = (): void => {
      heard.push("gone");
    };
    cancel.listen((reason) => heard.push(reason));
    cancel.listen(gone);
    cancel.unlisten(gone);
    cancel.cancel("migrated");
    cancel.cancel("caller_left");
    cancel.listen((reason) => heard.push(`late ${reason}`));
    expect(heard).toEqual(["migrated", "late migrated"]);
    expect(cancel.reason).toBe("migrated");
  });
});

describe("running attempts", () => {
  it("end when their target is switched off, the others go on", () => {
    const running = createRunningAttempts();
    const [one, other] = [new Canceller(), new Canceller()];
    running.begin(1, targetOf("one"), one);
    running.begin(2, targetOf("other"), other);
    running.cut((target) => target.id === "one");
    expect([one.reason, other.reason]).toEqual(["switched_off", null]);
  });

  it("are migrated until their first content, and not after it or after their end", () => {
    const running = createRunningAttempts();
    const cancels = [new Canceller(), new Canceller(), new Canceller()] as const;
    cancels.forEach((cancel, index) => {
      running.begin(index, targetOf("one"), cancel);
    });
    running.sawContent(1);
    running.end(2);
    [0, 1, 2, 3].forEach((attempt) => {
      running.migrate(attempt);
    });
    expect(cancels.map((cancel) => cancel.reason)).toEqual(["migrated", null, null]);
  });
});
