import type { CallBody, CallDetail } from "@/lib/shared/contract";

type Asked = Pick<CallDetail, "askedModel" | "stream" | "metadata" | "bodyUntil">;

/** Why the words of a call are not in its command. */
export type Missing = "notKept" | "notOpened" | "cut";

/** What is missing of a body that was, or was not, opened; null when all of it is there. */
export function missingOf({ bodyUntil }: Asked, body: CallBody | undefined): Missing | null {
  if (body?.state === "open") {
    return body.request.missingBytes > 0 ? "cut" : null;
  }
  return bodyUntil === null || body !== undefined ? "notKept" : "notOpened";
}

/**
 * The command that sends this call again. The secret of a key is nowhere but with its owner, so a variable stands for it;
 * `placeholder` stands for words that are missing.
 */
export function curlText(
  call: Asked,
  gatewayUrl: string,
  body: CallBody | undefined,
  placeholder: (missing: Missing) => string,
): string {
  const missing = missingOf(call, body);
  const sent =
    missing === null && body?.state === "open"
      ? body.request.text
      : JSON.stringify({
          ...(call.askedModel !== null && { model: call.askedModel }),
          ...(call.stream && { stream: true }),
          messages: [{ role: "user", content: placeholder(missing ?? "notKept") }],
        });
  return [
    `curl ${quoted(`${gatewayUrl}/v1/chat/completions`)}`,
    `-H "authorization: Bearer $BELLWETHER_KEY"`,
    `-H 'content-type: application/json'`,
    ...(call.metadata === null
      ? []
      : [`-H ${quoted(`x-bellwether-metadata: ${JSON.stringify(call.metadata)}`)}`]),
    ...(call.stream ? ["--no-buffer"] : []),
    `--data-raw ${quoted(sent)}`,
  ].join(" \\\n  ");
}

/** As one word of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
