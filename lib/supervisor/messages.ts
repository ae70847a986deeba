import { z } from "zod";

/** What a part tells the supervisor. */
export const partMessage = z.discriminatedUnion("type", [
  /** It listens to orders; what was said before may be lost to a process under node:cluster. */
  z.object({ type: z.literal("hears") }),
  /** It serves. */
  z.object({ type: z.literal("ready") }),
  /** It cannot go on, for a reason that one line tells. */
  z.object({ type: z.literal("failed"), line: z.string() }),
  /** How it is, as asked for under this number; what it says is for whoever merges it. */
  z.object({ type: z.literal("status"), id: z.number(), status: z.unknown() }),
  /** The demo load has ended. */
  z.object({ type: z.literal("load_ended") }),
]);

export type PartMessage = z.output<typeof partMessage>;

/** What a part can be asked: whether it takes calls, or everything that it counts. */
const statusAbout = z.enum(["readiness", "metrics"]);

export type StatusAbout = z.output<typeof statusAbout>;

/** What the supervisor tells a part. */
export const orderMessage = z.discriminatedUnion("type", [
  /** To a gateway, which has loaded its code meanwhile: what it needs is there. `slot` is its place among several. */
  z.object({ type: z.literal("go"), slot: z.number() }),
  /** To a gateway: others go on behind the same port, so take nothing new, finish and end. */
  z.object({ type: z.literal("retire") }),
  z.object({ type: z.literal("status"), id: z.number(), about: statusAbout }),
  /** To the wall, like the next two. */
  z.object({ type: z.literal("open"), port: z.number(), key: z.string() }),
  z.object({ type: z.literal("start_load"), gatewayUrl: z.string(), appKey: z.string() }),
  z.object({ type: z.literal("end_load") }),
]);

export type OrderMessage = z.output<typeof orderMessage>;
