/** What a list's row is to the keys `j` and `k`: the part of it that takes the focus and opens it. */
const rowSelector = "main [data-item]";

/** Moves the focus to the next or previous row of the page; from elsewhere to the first one. */
export function focusRow(step: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>(rowSelector)];
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const row = rows[at === -1 ? 0 : Math.min(rows.length - 1, Math.max(0, at + step))];
  row?.focus();
  row?.scrollIntoView({ block: "nearest" });
}

/** Puts the cursor into the page's filter, if it has one. */
export function focusFilter(): void {
  document.querySelector<HTMLElement>("main [data-filter]")?.focus();
}

/** Opens the page's saved views, if it has any to save, or closes them. */
export function openViews(): void {
  document.querySelector<HTMLElement>("main [data-views]")?.click();
}
