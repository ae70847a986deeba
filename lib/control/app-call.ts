/** Calls that the dashboard sends as an application does: through the gateway's own door, with an application key. */
import { isRecord } from "../shared/record";
import { type Relay } from "./relay";

/** `callId` is its id in the log; null when it came to no plan, or no gateway answered. */
export async function sendAsApp(
  relay: Relay,
  gatewayUrl: string,
  { key, body, signal }: { key: string; body: string; signal?: AbortSignal },
): Promise<{ readonly response: Response; readonly callId: string | null }> {
  const response = await relay.forward(
    new Request(`${gatewayUrl}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body,
      ...(signal && { signal }),
    }),
  );
  const callId = response.headers.has("x-bellwether-attempts")
    ? response.headers.get("x-request-id")
    : null;
  return { response, callId };
}

/** The error that an answer of the gateway carries, if it does. */
export function errorIn(body: unknown): {
  readonly code: string | null;
  readonly message: string | null;
} {
  const error = isRecord(body) && isRecord(body["error"]) ? body["error"] : {};
  const { code, message } = error;
  return {
    code: typeof code === "string" ? code : null,
    message: typeof message === "string" ? message : null,
  };
}
