import { hashKey, type QueryClient, type QueryKey } from "@tanstack/react-query";
import type { ChangesPage, MetricsView, Ping, StreamEvent } from "@/lib/shared/contract";
import {
  callsQueries,
  changesQueries,
  changesShown,
  healthQueries,
  metricsQueries,
} from "../queries";
import { parseRange } from "../range";

interface Dated {
  readonly generatedAt: number;
}

export interface Delivery {
  readonly key: QueryKey;
  readonly view: Dated;
}

/** Where an event's view belongs; null for a ping and for anything that is no view. */
export function deliveryOf(type: StreamEvent, json: string): Delivery | null {
  const view = parsed(json);
  const key = view && keyOf(type, view);
  return view === null || key === null ? null : { key, view };
}

function keyOf(type: StreamEvent, view: Dated): QueryKey | null {
  switch (type) {
    case "health":
      return healthQueries.view().queryKey;
    case "metrics":
      return metricsQueries.view(parseRange((view as MetricsView).range)).queryKey;
    case "calls":
      return callsQueries.latest().queryKey;
    case "changes":
      return changesQueries.latest().queryKey;
    case "ping":
      return null;
  }
}

/** What a ping says; null when it is not one. */
export function pingOf(json: string): Ping | null {
  return parsed(json) as Ping | null;
}

/** Puts a view into the cache unless a newer one is there already. Changes are added to those that are known. */
export function deliver(client: QueryClient, { key, view }: Delivery): void {
  const current = client.getQueryData<{ generatedAt: number }>(key);
  if (current !== undefined && current.generatedAt > view.generatedAt) {
    return;
  }
  const changes = changesQueries.latest().queryKey;
  if (hashKey(key) === hashKey(changes)) {
    client.setQueryData(changes, (known) => mergedChanges(known, view as ChangesPage));
  } else {
    client.setQueryData(key, view);
  }
}

/** The newest of both pages, each change once. */
export function mergedChanges(known: ChangesPage | undefined, page: ChangesPage): ChangesPage {
  const isNew = new Set(page.changes.map(({ id }) => id));
  const older = known?.changes.filter(({ id }) => !isNew.has(id)) ?? [];
  const changes = [...page.changes, ...older].sort((a, b) => b.at - a.at).slice(0, changesShown);
  return { ...page, changes };
}

/** The server keeps to the page's contract; what a broken proxy makes of it is no object with a date. */
function parsed(json: string): Dated | null {
  try {
    const data = JSON.parse(json) as Partial<Dated> | null;
    return typeof data?.generatedAt === "number" ? (data as Dated) : null;
  } catch {
    return null;
  }
}
