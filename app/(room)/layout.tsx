import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { currencyCookie } from "@/components/lib/i18n/cookies";
import { TroubleProvider } from "@/components/lib/live/trouble";
import { AppShell } from "@/components/shell/app-shell";
import { Providers } from "@/components/shell/providers";
import { railCookie } from "@/components/shell/rail-cookie";
import { prefetchShell } from "./prefetch";

export default async function RoomLayout({ children }: { children: ReactNode }) {
  const [jar, { state, trouble, renderedAtMs }] = await Promise.all([cookies(), prefetchShell()]);
  return (
    <Providers
      state={state}
      renderedAtMs={renderedAtMs}
      wantsDollars={jar.get(currencyCookie)?.value === "USD"}
    >
      <TroubleProvider trouble={trouble}>
        <AppShell isRailCollapsed={jar.get(railCookie)?.value === "collapsed"}>{children}</AppShell>
      </TroubleProvider>
    </Providers>
  );
}
