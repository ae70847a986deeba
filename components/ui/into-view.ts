/** A ref: what appears out of sight, as a problem in a long form does, comes into it. */
export function intoView(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: "nearest" });
}
