/** A ref: the first that is wrong in a form comes into sight, which may be far above the button that sent it. */
export function intoView(element: HTMLElement | null): void {
  const first = element?.closest("form")?.querySelector('[aria-invalid="true"], [role="alert"]');
  if (first === null || first === undefined || element?.contains(first) === true) {
    element?.scrollIntoView({ block: "nearest" });
  }
}
