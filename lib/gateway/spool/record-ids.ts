/** Which call a record of the spool is about; null when the text is none of ours. */
import { z } from "zod";

const begun = z.object({ id: z.string() });
const ended = z.object({ call: z.object({ id: z.string(), started_at: z.string() }) });

export function begunCallId(json: string): string | null {
  return begun.safeParse(parsed(json)).data?.id ?? null;
}

export function endedCallId(json: string): string | null {
  return ended.safeParse(parsed(json)).data?.call.id ?? null;
}

/** When the call started, epoch ms. */
export function endedCallStartMs(json: string): number | null {
  const startedAt = ended.safeParse(parsed(json)).data?.call.started_at;
  return startedAt === undefined ? null : Date.parse(startedAt);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
