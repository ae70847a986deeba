// The control room, page by page: what it costs a slow machine, what axe says of it, how long it waits on the server.
import { gates } from "./dashboard/gates.mjs";
import { serverTime } from "./dashboard/server-time.mjs";
import { states } from "./dashboard/states.mjs";

const parts = { gates, states, "server-time": serverTime };

/** Runs all parts, or `only` one of them; `calls`: how many the pages are asked about; `pictures`: a folder for what they look like. */
export async function dashboard({ quick, say, only, calls, pictures }) {
  if (only !== undefined && !Object.hasOwn(parts, only)) {
    throw new Error(`dashboard has no part ${only}; it has ${Object.keys(parts).join(", ")}`);
  }
  const figures = [];
  for (const [name, run] of Object.entries(parts)) {
    if (only === undefined || only === name) {
      say(`dashboard: ${name}`);
      figures.push(
        ...(await run({ quick, say, pictures, ...(calls === undefined ? {} : { calls }) })),
      );
    }
  }
  return figures;
}
