/** The operator API's words about the first call. Browser-safe: this file imports only `zod/mini` and the contract. */
import * as z from "zod/mini";
import { AppSecret } from "./contract";

/** Body of POST /api/setup/calls: a call with an application key, sent by the dashboard. */
export const SetupCallRequest = z.strictObject({
  key: AppSecret,
  model: z.string().check(z.maxLength(200)),
});
export type SetupCallRequest = z.infer<typeof SetupCallRequest>;

/** What came of it. */
export const SetupCallResult = z.object({
  /** A whole completion came. */
  served: z.boolean(),
  status: z.number(),
  /** The id of the call in the log; null when no gateway answered. */
  callId: z.nullable(z.string()),
  text: z.nullable(z.string()),
  code: z.nullable(z.string()),
  message: z.nullable(z.string()),
});
export type SetupCallResult = z.infer<typeof SetupCallResult>;

/** Body of POST /api/keys/{id}/rotate; `until` null: the old secret ends at once. */
export const RotateRequest = z.strictObject({ until: z.nullable(z.number()) });

/** Body of POST /api/keys/{id}/drill. */
export const DrillRequest = z.strictObject({ target: z.string(), forMs: z.number() });

export const DrillResult = z.object({ revision: z.number(), until: z.number() });
export type DrillResult = z.infer<typeof DrillResult>;

/** Where an installation stands on its way to a first call. */
export const SetupView = z.object({
  gatewayUrl: z.string(),
  /** A model answers for what callers name `auto`. */
  ready: z.boolean(),
  /** The built-in fake provider runs beside us. */
  mock: z.boolean(),
  /** Only the built-in fake provider answers. */
  mockOnly: z.boolean(),
});
export type SetupView = z.infer<typeof SetupView>;
