/** What a collector says in the body of a success: some spans may be rejected all the same (OTLP "partial success"). */
import { z } from "zod";

// 64-bit integers are strings in OTLP's JSON.
const jsonAnswer = z.object({
  partialSuccess: z.object({ rejectedSpans: z.coerce.number().int().nonnegative() }),
});
/** `partial_success` and `rejected_spans`, each field 1: a message, and an integer within it. */
const messageTag = 0x0a;
const integerTag = 0x08;

/** How many spans the answer rejects; 0 when it says nothing that can be understood. */
export function rejectedSpans(body: Buffer, isJson: boolean): number {
  return isJson ? rejectedInJson(body) : rejectedInProtobuf(body);
}

function rejectedInJson(body: Buffer): number {
  try {
    const answer = jsonAnswer.safeParse(JSON.parse(body.toString()));
    return answer.success ? answer.data.partialSuccess.rejectedSpans : 0;
  } catch {
    return 0;
  }
}

function rejectedInProtobuf(body: Buffer): number {
  if (body[0] !== messageTag) {
    return 0;
  }
  const inner = varint(body, 1).end;
  return body[inner] === integerTag ? varint(body, inner + 1).value : 0;
}

function varint(bytes: Buffer, at: number): { readonly value: number; readonly end: number } {
  let value = 0;
  let scale = 1;
  let end = at;
  while (end < bytes.length) {
    const byte = bytes[end] ?? 0;
    end += 1;
    value += (byte % 0x80) * scale;
    scale *= 0x80;
    if (byte < 0x80) {
      break;
    }
  }
  return { value, end };
}
