import { z } from "zod";

/** What a part tells the supervisor. */
export const partMessage = z.discriminatedUnion("type", [
  /** It serves. */
  z.object({ type: z.literal("ready") }),
  /** It cannot go on, for a reason that one line tells. */
  z.object({ type: z.literal("failed"), line: z.string() }),
  /** The demo load has ended. */
  z.object({ type: z.literal("load_ended") }),
]);

export type PartMessage = z.output<typeof partMessage>;

/** What the supervisor tells a part. */
export const orderMessage = z.discriminatedUnion("type", [
  /** To the gateway, which has loaded its code meanwhile: what it needs is there. */
  z.object({ type: z.literal("go") }),
  /** To the wall, like the next two. */
  z.object({ type: z.literal("open"), port: z.number(), key: z.string() }),
  z.object({ type: z.literal("start_load"), gatewayUrl: z.string(), appKey: z.string() }),
  z.object({ type: z.literal("end_load") }),
]);

export type OrderMessage = z.output<typeof orderMessage>;
