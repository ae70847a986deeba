import { isLike } from "./stored-draft";

/** What an address asks of a page, under the name that a person gave it. */
export interface SavedView {
  readonly name: string;
  readonly query: string;
}

/** A page has so many. */
export const mostViews = 20;
/** Letters of a name. */
export const longestName = 60;

const isShaped = isLike<SavedView>({ name: "", query: "" });

/** What an address has open over its page is no part of a view. */
const opened = ["call", "change"];
/** How something is shown, and instants, make no name. */
const unnamed: readonly string[] = ["sort", "cols", "from", "to", "asof"];

/** What an address asks of its page, in one order; a range that moves with the clock stays one. */
export function viewQuery(search: URLSearchParams): string {
  const asked = new URLSearchParams([...search].filter(([word]) => !opened.includes(word)));
  asked.sort();
  return asked.toString();
}

/** The views that a browser's memory holds; what is none is left out. */
export function parsedViews(text: string | null): readonly SavedView[] {
  try {
    const kept: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(kept)
      ? kept
          .filter((one): one is SavedView => isShaped(one) && one.name.trim() !== "")
          .reduce<readonly SavedView[]>((views, view) => withView(views, view), [])
      : [];
  } catch {
    return [];
  }
}

/** `views` with `view` for the one of its name, else at `at`; as they are where there is no room for it. */
export function withView(
  views: readonly SavedView[],
  view: SavedView,
  at = views.length,
): readonly SavedView[] {
  const place = views.findIndex(({ name }) => name === view.name);
  if (place !== -1) {
    return views.with(place, view);
  }
  return views.length < mostViews ? views.toSpliced(at, 0, view) : views;
}

/** A name for a view: what it is narrowed to. */
export function suggestedName(query: string): string {
  return [...new URLSearchParams(query)]
    .flatMap(([word, value]) => (unnamed.includes(word) ? [] : [value]))
    .join(" · ")
    .slice(0, longestName);
}

/** A view as a person reads it: `q=is:failed r=6h`. */
export function queryText(query: string): string {
  return [...new URLSearchParams(query)].map((pair) => pair.join("=")).join(" ");
}
