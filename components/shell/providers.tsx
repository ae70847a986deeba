"use client";

import {
  type DehydratedState,
  HydrationBoundary,
  QueryClient,
  QueryClientProvider,
} from "@tanstack/react-query";
import { ThemeProvider } from "next-themes";
import dynamic from "next/dynamic";
import { type ReactNode, useState } from "react";
import { ApiFailure } from "@/components/lib/api";
import { LiveProvider } from "@/components/lib/live/provider";
import { WritesProvider } from "@/components/lib/writes/provider";
import { LoadBoundary } from "@/components/ui/load-boundary";
import { RoomMoney } from "./room-money";
import { Sheets } from "./sheets";
import { announceSaved } from "./saved-toast";
import { announceFailure, announceWrite } from "./write-toast";

type Props = {
  state: DehydratedState;
  renderedAtMs: number;
  wantsDollars: boolean;
  children: ReactNode;
};

/** Nobody has anything to be told before the page is there. */
const Toaster = dynamic(() => import("sonner").then((module) => module.Toaster), { ssr: false });

const retries = 3;
const firstRetryMs = 2_000;

function createClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        refetchOnWindowFocus: false,
        retryDelay: (attempt) => firstRetryMs * 2 ** attempt,
        retry: (count, error) =>
          count < retries &&
          !(error instanceof ApiFailure && error.status >= 400 && error.status < 500),
      },
    },
  });
}

/** What every page stands on: data, its freshness, changes on their way, theme and notices. */
export function Providers({ state, renderedAtMs, wantsDollars, children }: Props) {
  const [client] = useState(createClient);
  return (
    <ThemeProvider attribute="data-theme">
      <QueryClientProvider client={client}>
        <HydrationBoundary state={state}>
          <LiveProvider renderedAtMs={renderedAtMs}>
            <RoomMoney wantsDollars={wantsDollars}>
              <WritesProvider
                onStored={announceWrite}
                onFailed={announceFailure}
                onSaved={announceSaved}
              >
                {children}
                <Sheets />
                <LoadBoundary fallback={null}>
                  <Toaster
                    position="bottom-right"
                    mobileOffset={{ bottom: 76 }}
                    visibleToasts={3}
                  />
                </LoadBoundary>
              </WritesProvider>
            </RoomMoney>
          </LiveProvider>
        </HydrationBoundary>
      </QueryClientProvider>
    </ThemeProvider>
  );
}
