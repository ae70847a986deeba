/** Makes a failing scenario as small as it still fails: what is left is what it takes. */
import type { CallPlan, Scenario } from "./scenario";

export type StillFails = (scenario: Scenario) => boolean;

/** Smaller scenarios than `scenario`, the boldest cuts first. */
function* smaller(scenario: Scenario): Generator<Scenario> {
  const { faults, toggles, resets, freezes, models, workloads } = scenario;
  yield* halves(scenario);
  for (const index of faults.keys()) {
    yield { ...scenario, faults: faults.filter((_, place) => place !== index) };
  }
  for (const index of toggles.keys()) {
    yield { ...scenario, toggles: toggles.filter((_, place) => place !== index) };
  }
  for (const index of resets.keys()) {
    yield { ...scenario, resets: resets.filter((_, place) => place !== index) };
  }
  for (const index of freezes.keys()) {
    yield { ...scenario, freezes: freezes.filter((_, place) => place !== index) };
  }
  if (models.length > 1) {
    for (const { id } of models) {
      yield withoutModel(scenario, id);
    }
  }
  yield* fewerPlaces(scenario);
  yield* simplerCalls(scenario);
  if (scenario.nodes > 1 && freezes.every(({ node }) => node < scenario.nodes - 1)) {
    yield { ...scenario, nodes: scenario.nodes - 1 };
  }
  const quiet = { ...scenario.gossip, liesPerMinute: 0, probeLostShare: 0 };
  yield { ...scenario, gossip: { ...quiet, probeLateShare: 0, probeTwiceShare: 0 } };
  if (workloads.length > 1) {
    for (const index of workloads.keys()) {
      yield { ...scenario, workloads: workloads.filter((_, place) => place !== index) };
    }
  }
}

function* halves(scenario: Scenario): Generator<Scenario> {
  for (const share of [0.5, 0.75, 0.9]) {
    yield { ...scenario, durationMs: Math.ceil(scenario.durationMs * share) };
  }
  if (scenario.maxCalls > 1 && scenario.maxCalls < Number.MAX_SAFE_INTEGER) {
    yield { ...scenario, maxCalls: Math.floor(scenario.maxCalls / 2) };
  }
}

function withoutModel(scenario: Scenario, id: string): Scenario {
  const routes = scenario.routes
    .map((route) => ({ ...route, chain: route.chain.filter((one) => one !== id) }))
    .filter((route) => route.chain.length > 0);
  return { ...scenario, models: scenario.models.filter((one) => one.id !== id), routes };
}

function* fewerPlaces(scenario: Scenario): Generator<Scenario> {
  for (const [index, model] of scenario.models.entries()) {
    if (model.providers.length > 1) {
      const models = scenario.models.with(index, {
        ...model,
        providers: model.providers.slice(0, -1),
      });
      yield { ...scenario, models };
    }
  }
  for (const [index, provider] of scenario.providers.entries()) {
    if (provider.regions.length > 1) {
      for (const gone of provider.regions) {
        const regions = provider.regions.filter((region) => region !== gone);
        yield { ...scenario, providers: scenario.providers.with(index, { ...provider, regions }) };
      }
    }
  }
}

function* simplerCalls(scenario: Scenario): Generator<Scenario> {
  for (const [index, workload] of scenario.workloads.entries()) {
    const withWorkload = (narrowed: Partial<typeof workload>): Scenario => ({
      ...scenario,
      workloads: scenario.workloads.with(index, { ...workload, ...narrowed }),
    });
    for (const list of ["keys", "calls"] as const) {
      if (workload[list].length > 1) {
        for (const gone of workload[list].keys()) {
          yield withWorkload({
            [list]: (workload[list] as readonly unknown[]).filter((_, place) => place !== gone),
          });
        }
      }
    }
    const simple: Partial<CallPlan> = { clientRetries: 0, patienceMs: null };
    const isSimple = workload.calls.every(
      (plan) => plan.clientRetries === 0 && plan.patienceMs === null,
    );
    if (!isSimple) {
      yield withWorkload({ calls: workload.calls.map((plan) => ({ ...plan, ...simple })) });
    }
  }
}

/** The smallest scenario found that still fails, within `tries` runs. */
export function shrink(scenario: Scenario, stillFails: StillFails, tries = 200): Scenario {
  let smallest = scenario;
  let left = tries;
  for (let found = true; found && left > 0;) {
    found = false;
    for (const candidate of smaller(smallest)) {
      if (left <= 0) {
        break;
      }
      if (isSame(candidate, smallest) || !isWhole(candidate)) {
        continue;
      }
      left -= 1;
      if (stillFails(candidate)) {
        smallest = candidate;
        found = true;
        break;
      }
    }
  }
  return smallest;
}

function isSame(one: Scenario, other: Scenario): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Whether everything that the scenario names is still there. */
function isWhole({ workloads, routes, models, providers }: Scenario): boolean {
  return (
    workloads.every(
      ({ route, keys, calls }) =>
        keys.length > 0 && calls.length > 0 && routes.some(({ id }) => id === route),
    ) &&
    models.every(
      (model) =>
        model.providers.length > 0 &&
        model.providers.every((id) => providers.some((provider) => provider.id === id)),
    )
  );
}
