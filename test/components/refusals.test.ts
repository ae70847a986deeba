import { describe, expect, it } from "vitest";
import { ApiFailure } from "@/components/lib/api";
import { failureText, fieldText, fieldTexts } from "@/components/lib/refusal-text";
import { errorBody, GatewayError } from "@/lib/shared/errors";
import { wordsOf } from "./words";

const { t: english } = wordsOf("en");
const { t: korean } = wordsOf("ko");

/** The failure that a page makes of `error`. */
function received(error: GatewayError): ApiFailure {
  const { code, message, param, reason, values, details = {} } = errorBody(error).error;
  return new ApiFailure(error.status, code, message, null, {
    param,
    refusal: { reason, values },
    details,
  });
}

describe("a refusal", () => {
  const inUse = new GatewayError("invalid_request", {
    message: 'The model "gpt" is in use: route auto.',
    refusal: { reason: "in_use", values: { type: "model", id: "gpt", users: "auto" } },
  });

  it("is told in the reader's language", () => {
    expect(failureText(received(inUse), english)).toBe(
      "The model “gpt” is in use by the routes auto. Take it out there first.",
    );
    expect(failureText(received(inUse), korean)).toBe(
      "“gpt” 모델을 쓰는 경로가 있어요: auto. 먼저 거기서 빼세요.",
    );
  });

  it("calls who was faster by the name that the reader knows", () => {
    const values = { actor: "local operator", object: "model:gpt", revision: 7 };
    const changed = new GatewayError("conflict", {
      refusal: { reason: "object_changed", values },
    });
    expect(failureText(received(changed), korean)).toContain(korean("actor.local"));
    expect(failureText(received(changed), korean)).not.toContain("local operator");
  });

  it("lists each problem of a document with its place, and a parser's own words after ours", () => {
    const invalid = new GatewayError("invalid_request", {
      refusal: { reason: "document_invalid" },
      details: {
        problems: [
          { place: "routes.0", message: "x", reason: "route_empty", values: { route: "auto" } },
          { place: "keys", message: "x", reason: "value_invalid", values: { detail: "bad slug" } },
          { place: "new", message: "not worded here", reason: "of_a_later_release" },
        ],
      },
    });
    expect(failureText(received(invalid), korean).split("\n")).toEqual([
      "올바른 설정이 아니에요:",
      "routes.0: 이렇게 하면 “auto” 경로에 대상이 하나도 남지 않아요.",
      "keys: 이 값은 쓸 수 없어요. bad slug",
      "new: not worded here",
    ]);
  });

  it("is told beside the fields that it is about, and as a whole where it is about others too", () => {
    const refused = (places: readonly Record<string, unknown>[]) =>
      received(
        new GatewayError("invalid_request", {
          refusal: { reason: "document_invalid" },
          details: { problems: places.map((place) => ({ place: "x", message: "x", ...place })) },
        }),
      );
    const header = { field: "regions.0.headers.X Y", reason: "header_form" };
    const name = { field: "id", reason: "name_form" };
    const told = fieldTexts(refused([header, name]), english);
    expect(told.isAll).toBe(true);
    expect(fieldText(told, "regions.0.headers")).toContain("Name: value");
    expect(fieldText(told, "regions.0.id")).toBeUndefined();
    expect(fieldTexts(refused([name, { reason: "route_empty" }]), english).isAll).toBe(false);
    const named = new GatewayError("conflict", {
      param: "id",
      refusal: { reason: "key_taken", values: { id: "shop" } },
    });
    expect(fieldText(fieldTexts(received(named), korean), "id")).toBe(
      failureText(received(named), korean),
    );
  });

  it("is told in English with its code where the page has no words for it", () => {
    const plain = new ApiFailure(400, "invalid_request", "No such luck.", null);
    const unknown = new ApiFailure(400, "invalid_request", "No such luck.", null, {
      refusal: { reason: "of_a_later_release", values: {} },
    });
    for (const failure of [plain, unknown]) {
      expect(failureText(failure, korean)).toBe("No such luck. (invalid_request)");
    }
  });

  it.each([
    [new ApiFailure(0, "unreachable", "", null), "관제실 서버가 응답하지 않아요."],
    [new TypeError("x is not a function"), "관제실 서버가 응답하지 않아요."],
    [new ApiFailure(500, "internal", "Something went wrong.", null), "서버에서 문제가 생겼어요."],
    [new ApiFailure(502, "bad_gateway", "", null), "읽지 못했어요 (bad_gateway)."],
  ])("is no refusal when nothing was decided: %s", (error, text) => {
    expect(failureText(error, korean)).toBe(text);
  });

  it("adds nothing to an error without one, as the gateway's own", () => {
    expect(Object.keys(errorBody(new GatewayError("unknown_model")).error)).toEqual([
      "message",
      "type",
      "param",
      "code",
    ]);
  });
});
