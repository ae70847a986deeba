import { type ActingPerson } from "./actor";
import { authorize } from "./authorize";
import { type ControlRuntime, controlRuntime } from "./runtime";

/**
 * Who looks at a page, and what it is read from. Pages read through the same verbs as the API.
 *
 * @throws {GatewayError} `forbidden`, `unauthorized`.
 */
export function authorizePage(headers: Headers): {
  readonly actor: ActingPerson;
  readonly runtime: ControlRuntime;
} {
  const runtime = controlRuntime();
  return { actor: authorize({ headers, method: "GET" }, runtime.env), runtime };
}
