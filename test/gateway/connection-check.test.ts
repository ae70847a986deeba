import { describe, expect, it } from "vitest";
import { judged, transportOutcome } from "@/lib/gateway/connection-check";

const list = JSON.stringify({ object: "list", data: [{ id: "a" }, { id: "b" }, {}, 7] });

describe("an answer to the list of models", () => {
  it.each([
    [200, list, "ok"],
    [200, "<!doctype html>", "not_an_api"],
    [200, "{}", "not_an_api"],
    [301, "", "redirect"],
    [401, "", "bad_key"],
    [402, "", "no_money"],
    [403, "", "no_access"],
    [404, "", "bad_address"],
    [405, "", "bad_address"],
    [400, '{"error":{"message":"API key not valid. Please pass a valid API key."}}', "bad_key"],
    [400, "", "bad_address"],
    [429, "", "limited"],
    [500, "", "provider_error"],
    [529, "", "provider_error"],
  ] as const)("%i %s is %s", (status, body, outcome) => {
    expect(judged({ status, body }, true).outcome).toBe(outcome);
  });

  it("names the models", () => {
    expect(judged({ status: 200, body: list }, true).models).toEqual(["a", "b"]);
  });

  it("hands on the provider's words without the key that they quote", () => {
    const body = JSON.stringify({ error: { message: "Incorrect key sk-abcdefghijkl" } });
    expect(judged({ status: 401, body }, true).message).toBe("Incorrect key [redacted]");
  });
});

describe("an answer of a model", () => {
  it("that is not there is told from a wrong path", () => {
    expect(judged({ status: 404, body: "" }, false).outcome).toBe("no_model");
    expect(judged({ status: 200, body: '{"choices":[]}' }, false).outcome).toBe("ok");
  });
});

describe("trouble on the way", () => {
  it.each([
    ["ECONNREFUSED", "refused"],
    ["ENOTFOUND", "unknown_name"],
    ["EAI_AGAIN", "unknown_name"],
    ["UND_ERR_CONNECT_TIMEOUT", "timeout"],
    ["TIMEOUT", "timeout"],
    ["ERR_PRIVATE_ADDRESS", "private_address"],
    ["CERT_HAS_EXPIRED", "tls"],
    ["CERT_NOT_YET_VALID", "tls"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "tls"],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "tls"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "tls"],
    ["ECONNRESET", "unreachable"],
    ["UNKNOWN", "unreachable"],
  ])("%s is %s", (code, outcome) => {
    expect(transportOutcome(code)).toBe(outcome);
  });
});
