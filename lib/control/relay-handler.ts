import { type ApiHandler } from "./api";
import { controlRuntime } from "./runtime";

/** Hands a call of the application API on to the gateway, which asks for the application's key itself. */
export const relayHandler: ApiHandler = Object.assign(
  (request: Request): Promise<Response> => controlRuntime().relay.forward(request),
  { permission: "public" } as const,
);
