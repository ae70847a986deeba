import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import {
  AppRouterContext,
  type AppRouterInstance,
} from "next/dist/shared/lib/app-router-context.shared-runtime";
import {
  PathnameContext,
  SearchParamsContext,
} from "next/dist/shared/lib/hooks-client-context.shared-runtime";
import type { ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { IntlProvider } from "use-intl";
import { LiveProvider } from "@/components/lib/live/provider";
import { TroubleProvider } from "@/components/lib/live/trouble";
import { healthQueries } from "@/components/lib/queries";
import type { Trouble } from "@/components/lib/verdict";
import { WritesProvider } from "@/components/lib/writes/provider";
import type { HealthView } from "@/lib/shared/contract";
import en from "@/messages/en.json";
import { now } from "./fixtures";

interface Around {
  readonly health?: HealthView;
  readonly trouble?: Trouble;
  /** The page's own part of the address. */
  readonly path?: string;
  /** What the address asks for: `q=is:failed`. */
  readonly search?: string;
  /** Puts what was read before into the cache. */
  readonly read?: (client: QueryClient) => void;
}

const nothing = (): void => undefined;
/** Nobody goes anywhere. */
const router: AppRouterInstance = {
  bfcacheId: "test",
  back: nothing,
  forward: nothing,
  refresh: nothing,
  push: nothing,
  replace: nothing,
  prefetch: nothing,
};

/** What the server sends of `page` to an English reader, a space that does not break as a space. */
export function rendered(page: ReactNode, around: Around = {}): string {
  const client = new QueryClient();
  if (around.health !== undefined) {
    client.setQueryData(healthQueries.view().queryKey, around.health);
  }
  around.read?.(client);
  const markup = renderToStaticMarkup(
    <IntlProvider locale="en" timeZone="UTC" messages={en}>
      <AppRouterContext value={router}>
        <PathnameContext value={around.path ?? "/"}>
          <SearchParamsContext value={new URLSearchParams(around.search)}>
            <QueryClientProvider client={client}>
              <LiveProvider renderedAtMs={now}>
                <TroubleProvider trouble={around.trouble ?? null}>
                  <WritesProvider onStored={nothing} onFailed={nothing} onSaved={nothing}>
                    {page}
                  </WritesProvider>
                </TroubleProvider>
              </LiveProvider>
            </QueryClientProvider>
          </SearchParamsContext>
        </PathnameContext>
      </AppRouterContext>
    </IntlProvider>,
  );
  client.clear();
  return markup.replaceAll("\u00a0", " ");
}

/** The switch of this name, as it is marked. */
export function switchOf(markup: string, label: string): string {
  const found = markup.match(/<button[^>]*role="switch"[^>]*>/g) ?? [];
  return found.find((one) => one.includes(`aria-label="${label}"`)) ?? "";
}
