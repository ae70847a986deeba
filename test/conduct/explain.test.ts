import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Stack, startStack } from "../support/stack";

describe("route:explain over a real socket", () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack({ document: (base) => ({ ...base, models: quiet(base.models) }) });
  });
  afterAll(() => stack.stop());

  /** Without probes, so that whatever reaches the wall is a call. */
  const quiet = (models: Parameters<Stack["publish"]>[0]["models"] = []) =>
    models.map((model) => ({ ...model, probe: { enabled: false } }));

  const explain = (
    body: unknown,
    headers: Record<string, string> = {},
    path = "/v1/route:explain",
  ): Promise<Response> =>
    fetch(stack.url + path, {
      method: "POST",
      headers: {
        authorization: `Bearer ${stack.key}`,
        "content-type": "application/json",
        ...headers,
      },
      body: JSON.stringify(body),
    });
  const call = { model: "auto", messages: [{ role: "user", content: "Say hello." }] };

  it.each(["/v1/route:explain", "/route:explain"])("answers at %s with the plan", async (path) => {
    const answer = await explain(call, {}, path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    const plan = (await answer.json()) as { chosen: string; entries: { decision: string }[] };
    expect(plan).toMatchObject({ object: "route.plan", route: "auto", how: "first" });
    expect(plan.entries.filter(({ decision }) => decision === "chosen")).toHaveLength(1);
  });

  it("names the target that the call then goes to, and sends nothing itself", async () => {
    stack.wall.clearAttempts();
    const plan = (await (await explain(call)).json()) as { chosen: string };
    const answer = await stack.chat();
    await answer.arrayBuffer();
    const [asked, ...more] = stack.wall.attempts({ kind: "chat" });
    expect(more).toEqual([]);
    expect(plan.chosen).toBe(
      [answer.headers.get("x-bellwether-provider"), asked?.region, asked?.model].join(":"),
    );
  });

  it("takes the headers of a call", async () => {
    const answer = await explain(call, { "x-region": "eu-west", "x-region-mode": "require" });
    const plan = (await answer.json()) as {
      chosen: string;
      entries: { region: string; reason: string }[];
    };
    expect(plan.chosen).toContain(":eu-west:");
    expect(
      plan.entries.filter(({ region }) => region !== "eu-west").map(({ reason }) => reason),
    ).toEqual(expect.arrayContaining(["region_not_asked"]));
  });

  it.each<[string, unknown, Record<string, string>, number, string]>([
    ["an unknown model", { ...call, model: "gpt-9" }, {}, 404, "unknown_model"],
    ["an unknown region", call, { "x-region": "mars" }, 400, "unknown_region"],
    ["no messages", { model: "auto" }, {}, 400, "invalid_request"],
    [
      "a stranger's key",
      call,
      { authorization: "Bearer nobody-knows-this" },
      401,
      "invalid_api_key",
    ],
  ])("refuses %s as the call itself would be", async (_name, body, headers, status, code) => {
    const answer = await explain(body, headers);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ error: { code } });
  });

  it("is asked by POST only", async () => {
    const answer = await fetch(`${stack.url}/v1/route:explain`);
    expect(answer.status).toBe(405);
  });
});
