import { describe, expect, it } from "vitest";
import { faultDto, type FaultInput } from "@/lib/wall/fault-kinds";
import { rolledFaults, type FaultSubject, type StandingFault } from "@/lib/wall/faults";
import { paceOf } from "@/lib/wall/pace";

const subject: FaultSubject = {
  provider: "alpha",
  region: "us-east",
  account: "",
  model: "gpt-4.1",
  kind: "chat",
  stream: true,
  prompt_chars: 400,
  max_tokens: 10,
  prefill_chars: 0,
};

function standing(input: FaultInput, remaining: number | null = null): StandingFault {
  const fault = faultDto.parse(input);
  return { id: "f1", fault, untilMs: fault.until ?? null, remaining, hits: 0 };
}

describe("rolledFaults", () => {
  it("strikes while the roll is below the probability", () => {
    const faults = [standing({ kind: "quota", probability: 0.25 })];
    expect(rolledFaults(faults, subject, 7, () => 0.249).breaking?.kind).toBe("quota");
    expect(rolledFaults(faults, subject, 7, () => 0.25).breaking).toBeNull();
  });

  it("never strikes at probability 0 and draws no chance at 1", () => {
    const never = [standing({ kind: "quota", probability: 0 })];
    expect(rolledFaults(never, subject, 7, () => 0).breaking).toBeNull();
    const always = [standing({ kind: "quota" })];
    const noChance = (): number => {
      throw new Error("drawn");
    };
    expect(rolledFaults(always, subject, 7, noChance).breaking?.kind).toBe("quota");
  });

  it("takes all slowing faults and the oldest breaking one", () => {
    const faults = [
      standing({ kind: "brownout", factor: 2 }),
      standing({ kind: "silent" }),
      standing({ kind: "slow_tokens", ms: 5 }),
      standing({ kind: "quota" }),
    ];
    const { breaking, pacing, hit } = rolledFaults(faults, subject, 7, () => 0);
    expect(breaking?.kind).toBe("silent");
    expect(pacing.map(({ kind }) => kind)).toEqual(["brownout", "slow_tokens"]);
    expect(hit).toHaveLength(3);
  });

  it.each<[string, StandingFault]>([
    ["its end time", standing({ kind: "quota", until: 7 })],
    ["its last strike", standing({ kind: "quota", count: 1 }, 0)],
    ["another model", standing({ kind: "quota", model: "deepseek-v3" })],
    ["a shut door", standing({ kind: "listen" })],
  ])("spares an attempt after or because of %s", (_, fault) => {
    expect(rolledFaults([fault], subject, 7, () => 0).hit).toEqual([]);
  });
});

describe("aimed faults", () => {
  it("strikes a poisoned prompt alone", () => {
    const faults = [standing({ kind: "quota", prompt: "poison" })];
    const rollOf = (prompt: string): string | undefined =>
      rolledFaults(
        faults,
        subject,
        7,
        () => 0,
        (text) => prompt.includes(text),
      ).breaking?.kind;
    expect(rollOf("a poisoned well")).toBe("quota");
    expect(rollOf("a clear well")).toBeUndefined();
  });

  it("strikes one account alone", () => {
    const faults = [standing({ kind: "quota", account: "north" })];
    const rollOf = (account: string): string | undefined =>
      rolledFaults(faults, { ...subject, account }, 7, () => 0).breaking?.kind;
    expect(rollOf("north")).toBe("quota");
    expect(rollOf("")).toBeUndefined();
  });

  it.each([
    [109, "rate_limit"],
    [110, undefined],
  ])("with a token limit of %i strikes only a larger request", (limit, struck) => {
    const faults = [standing({ kind: "rate_limit", of: "tokens", limit_tokens: limit })];
    expect(rolledFaults(faults, subject, 7, () => 0).breaking?.kind).toBe(struck);
  });

  it("refuses a prefill only where there is one", () => {
    const faults = [standing({ kind: "prefill_refused" })];
    expect(rolledFaults(faults, subject, 7, () => 0).breaking).toBeNull();
    const prefilled = { ...subject, prefill_chars: 3 };
    expect(rolledFaults(faults, prefilled, 7, () => 0).breaking?.kind).toBe("prefill_refused");
  });

  it("takes every change of wording and header beside a breaking fault", () => {
    const faults = [
      standing({ kind: "drift", after_tokens: 3 }),
      standing({ kind: "headers", headers: { "retry-after": "9" } }),
      standing({ kind: "no_usage" }),
      standing({ kind: "cut" }),
    ];
    const { breaking, wording, headers } = rolledFaults(faults, subject, 7, () => 0);
    expect(breaking?.kind).toBe("cut");
    expect(wording.map(({ kind }) => kind)).toEqual(["drift", "no_usage"]);
    expect(headers).toHaveLength(1);
  });
});

describe("paceOf", () => {
  it("scales the model's own pace, not what faults state in milliseconds", () => {
    const slowed = [
      faultDto.parse({ kind: "brownout", factor: 3, add_ms: 10 }),
      faultDto.parse({ kind: "slow_first_token", ms: 50 }),
    ] as never[];
    expect(paceOf({ ttftMs: 100, tokenGapMs: 4 }, 0.5, slowed)).toEqual({
      headMs: 160,
      firstTokenMs: 50,
      tokenGapMs: 6,
      faultMs: 60,
    });
  });

  it("has no delay at scale 0", () => {
    expect(paceOf({ ttftMs: 100, tokenGapMs: 4 }, 0, [])).toEqual({
      headMs: 0,
      firstTokenMs: 0,
      tokenGapMs: 0,
      faultMs: 0,
    });
  });
});
