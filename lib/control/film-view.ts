import { type FilmView } from "../shared/contract";
import { listNodes } from "../store/nodes";
import { listTargetStates } from "../store/target-states";
import { readCurrent } from "./current";
import { readStrips, stripFrom } from "./strips";
import { defineVerb } from "./verb";

const hours = 24;
const cellMs = 5 * 60_000;
const cells = hours * 12;
const freshMs = 15_000;

/** A day of every target, in steps of five minutes: when did it start? */
export const filmView = defineVerb<null, FilmView>("read", async (_actor, deps) => {
  const current = await readCurrent(deps);
  return deps.cache.get(`film ${current.revision}`, freshMs, async () => {
    const now = Date.now();
    const span = { cells, cellMs, now };
    const [nodes, states] = await Promise.all([
      listNodes(deps.db, hours),
      listTargetStates(deps.db),
    ]);
    const strips = await readStrips(deps, current, nodes, states, span);
    return {
      generatedAt: now,
      from: stripFrom(span),
      cellMs,
      targets: current.targets.map(({ id, provider, region, model }) => ({
        id,
        provider,
        region,
        model,
        strip: strips.get(id) ?? [],
      })),
    };
  });
});
