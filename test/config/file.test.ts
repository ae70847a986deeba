import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseConfigText } from "@/lib/config/file";
import { inertSettings } from "@/lib/config/inert";
import { expandTargets } from "@/lib/config/targets";
import { validateDocument } from "@/lib/config/validate";

const good = `
providers:
  - { id: acme, base_url: "https://api.acme.example/v1", api_key: env:ACME_KEY }
models:
  - { id: gpt, targets: [{ provider: acme }] }
routes:
  - { id: auto, chain: [gpt] }
`;

describe("the declarative file", () => {
  it("becomes a document, a provider without regions has one", () => {
    const parsed = parseConfigText(good);
    expect(parsed.ok && expandTargets(parsed.document).map((target) => target.id)).toEqual([
      "acme:global:gpt",
    ]);
  });

  it.each([
    ["an unknown setting", good.replace("api_key", "api_kee"), /api_kee/],
    ["a literal secret", good.replace("env:ACME_KEY", "sk-literal"), /literal secret/],
    ["an unknown model in a chain", good.replace("[gpt]", "[gpt, nothing]"), /no model "nothing"/],
    ["a model twice in a chain", good.replace("[gpt]", "[gpt, gpt]"), /twice/],
    [
      "an unknown provider",
      good.replace("provider: acme", "provider: nobody"),
      /no provider "nobody"/,
    ],
    ["a private address", good.replace("api.acme.example", "10.0.0.1"), /private network/],
    ["a password in an address", good.replace("//api", "//me:secret@api"), /ends with its path/],
    ["a query in an address", good.replace("/v1", "/v1?version=2"), /ends with its path/],
    ["localhost", good.replace("api.acme.example", "localhost"), /private network/],
    ["a route with a model's name", good.replace("id: auto", "id: gpt"), /already the name/],
    [
      "a model that would take the calls of auto",
      good.replaceAll("auto", "any").replaceAll("gpt", "auto"),
      /callers ask for any model/,
    ],
    [
      "a dialect that is not spoken",
      good.replace("{ id: acme,", "{ id: acme, dialect: gemini,"),
      /only openai/,
    ],
    ["broken YAML", "providers: [", /./],
  ])("tells %s with its line and column", (_name, text, message) => {
    const parsed = parseConfigText(text);
    expect(parsed.ok).toBe(false);
    if (!parsed.ok) {
      expect(parsed.problems.map((problem) => problem.message).join("; ")).toMatch(message);
      expect(parsed.problems[0]?.line).toBeGreaterThan(0);
      expect(parsed.problems[0]?.column).toBeGreaterThan(0);
    }
  });

  it("names the settings without effect", () => {
    const parsed = parseConfigText(
      `${good}keys:\n  - { id: ci, key: env:CI_KEY, rpm: 600 }\nsettings: { budget_grace_usd: 1, currency: KRW }\n`,
    );
    expect(parsed.ok && inertSettings(parsed.document)).toEqual([
      "settings.currency needs settings.exchange_rate; amounts stay in USD",
    ]);
  });

  it.each([
    ["no currency", "exchange_rate: { per_usd: 1386, at: 2026-11-21 }", /needs settings.currency/],
    ["dollars", "currency: USD, exchange_rate: { per_usd: 1, at: 2026-11-21 }", /other than USD/],
    ["no day", "currency: KRW, exchange_rate: { per_usd: 1386, at: today }", /the day of the rate/],
    [
      "nothing",
      "currency: KRW, exchange_rate: { per_usd: 0, at: 2026-11-21 }",
      /units of the curr/,
    ],
  ])("refuses a rate of %s", (_name, settings, message) => {
    const parsed = parseConfigText(`${good}settings: { ${settings} }\n`);
    expect(parsed.ok ? "" : parsed.problems.map((problem) => problem.message).join()).toMatch(
      message,
    );
  });

  it("takes a currency with its rate, and says nothing of it", () => {
    const parsed = parseConfigText(
      `${good}settings: { currency: KRW, exchange_rate: { per_usd: 1386, at: 2026-11-21 } }\n`,
    );
    expect(parsed.ok && inertSettings(parsed.document)).toEqual([]);
  });

  it("never throws, whatever it is given", () => {
    fc.assert(
      fc.property(fc.anything(), (input) => {
        expect(typeof validateDocument(input).ok).toBe("boolean");
      }),
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(typeof parseConfigText(text).ok).toBe("boolean");
      }),
    );
  });
});
