import { describe, expect, it } from "vitest";
import { configDocument } from "@/lib/config/document";
import { fromConfigText, toConfigText } from "@/lib/control/config-text";

const document = configDocument.parse({
  allow_literal_secrets: true,
  providers: [
    {
      id: "acme",
      base_url: "https://acme.example/v1",
      api_key: "a-literal-secret",
      credentials: [{ id: "second", api_key: "env:SECOND" }],
      regions: [{ id: "eu", headers: { "X-Region": "eu", Authorization: "another-secret" } }],
    },
  ],
  models: [{ id: "gpt", targets: [{ provider: "acme" }] }],
  keys: [{ id: "ci", key: "a-literal-key-of-an-app" }],
});

describe("the file that is exported", () => {
  it("has no secret, and keeps every one when it comes back", () => {
    const text = toConfigText(document);
    expect(text).not.toMatch(/a-literal-secret|another-secret|a-literal-key-of-an-app/);
    const { parsed } = fromConfigText(text, document, []);
    expect(parsed.ok && parsed.document.providers).toEqual(document.providers);
    expect(parsed.ok && parsed.document.keys).toEqual(document.keys);
  });

  it("does not spell out defaults", () => {
    expect(toConfigText(document)).not.toMatch(/dialect|any_model|allow_private_network/);
  });
});
