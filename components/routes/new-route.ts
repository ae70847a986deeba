import type { Text } from "@/components/lib/i18n/messages";
import { isLike } from "@/components/lib/stored-draft";
import type { HealthView } from "@/lib/shared/contract";
import { nameForm } from "@/lib/shared/name-form";

/** What stands in the form of a new route. */
export type NewRoute = {
  readonly id: string;
  readonly chain: readonly string[];
  readonly reason: string;
};

export const emptyRoute: NewRoute = { id: "", chain: [], reason: "" };

/** Whether a value is a form that was kept. */
export const isNewRoute = isLike<NewRoute>({ ...emptyRoute, chain: [""] });

export type NewRouteProblems = { readonly id: Text | null; readonly chain: Text | null };

/** What is wrong with a new route, beside its fields; nothing is missing yet before somebody wants to save it. */
export function newRouteProblems(
  { id, chain }: NewRoute,
  { routes, models }: Pick<HealthView, "routes" | "models">,
  isComplete: boolean,
): NewRouteProblems {
  const name = id.trim();
  return {
    id: name === "" ? missing("routes.form.nameNeeded") : nameProblem(),
    chain: chain.length === 0 ? missing("routes.form.chainNeeded") : null,
  };

  function missing(key: Text["key"]): Text | null {
    return isComplete ? { key } : null;
  }

  function nameProblem(): Text | null {
    if (!nameForm.test(name)) {
      return { key: "refusal.name_form" };
    }
    const isRoute = routes.some((route) => route.id === name);
    return isRoute || models.some((model) => model.id === name)
      ? { key: "refusal.name_taken", values: { id: name, type: isRoute ? "route" : "model" } }
      : null;
  }
}
