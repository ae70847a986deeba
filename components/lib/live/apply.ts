import { hashKey, type QueryClient, type QueryKey } from "@tanstack/react-query";
import * as z from "zod/mini";
import {
  CallsPage,
  ChangesPage,
  HealthView,
  MetricsView,
  Ping,
  type StreamEvent,
} from "@/lib/shared/contract";
import {
  callsQueries,
  changesQueries,
  changesShown,
  healthQueries,
  metricsQueries,
} from "../queries";
import { parseRange } from "../range";

export interface Delivery {
  readonly key: QueryKey;
  readonly view: { readonly generatedAt: number };
}

/** Where an event's view belongs; null for a ping and for anything that does not fit the contract. */
export function deliveryOf(type: StreamEvent, json: string): Delivery | null {
  const data: unknown = parsed(json);
  switch (type) {
    case "health":
      return fit(HealthView, data, () => healthQueries.view().queryKey);
    case "metrics":
      return fit(MetricsView, data, (view) => metricsQueries.view(parseRange(view.range)).queryKey);
    case "calls":
      return fit(CallsPage, data, () => callsQueries.latest().queryKey);
    case "changes":
      return fit(ChangesPage, data, () => changesQueries.latest().queryKey);
    case "ping":
      return null;
  }
}

/** What a ping says; undefined when it is not one. */
export function pingOf(json: string): Ping | undefined {
  return z.safeParse(Ping, parsed(json)).data;
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

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

function fit<T extends { generatedAt: number }>(
  schema: z.ZodMiniType<T>,
  data: unknown,
  keyOf: (view: T) => QueryKey,
): Delivery | null {
  const result = z.safeParse(schema, data);
  return result.success ? { key: keyOf(result.data), view: result.data } : null;
}
