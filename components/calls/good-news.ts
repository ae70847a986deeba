import type { CallFilter } from "./filter";

/** Whether it is good that nothing is found: where a list is narrowed to rescued calls, or to failed ones, and no further. */
export function goodNews({ rescued, outcome, ...others }: CallFilter): "rescued" | "failed" | null {
  if (Object.keys(others).length > 0) {
    return null;
  }
  if (outcome === undefined) {
    return rescued === true ? "rescued" : null;
  }
  return outcome === "failed" && rescued === undefined ? "failed" : null;
}
