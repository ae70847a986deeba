import type { ReactNode } from "react";
import { PatternDefs } from "@/components/ui/pattern-defs";
import { Announcer } from "./announcer";
import { PhoneBar } from "./phone-bar";
import { PhoneFooter } from "./phone-footer";
import { Rail } from "./rail";
import { StaleBanner } from "./stale-banner";
import { TabTitle } from "./tab-title";
import { TopBar } from "./top-bar";

type Props = { isRailCollapsed: boolean; children: ReactNode };

/** Rail, top bar and the page between them. */
export function AppShell({ isRailCollapsed, children }: Props) {
  return (
    <div className="flex min-h-dvh">
      <PatternDefs />
      <Rail isCollapsed={isRailCollapsed} />
      <div className="min-w-0 flex-1">
        <TopBar />
        <StaleBanner />
        <main className="max-w-[1520px] px-6 pt-6 pb-12 phone:px-4 phone:pt-3.5 phone:pb-28">
          {children}
          <PhoneFooter />
        </main>
      </div>
      <PhoneBar />
      <TabTitle />
      <Announcer />
    </div>
  );
}
