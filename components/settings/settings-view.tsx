"use client";

import { useQuery } from "@tanstack/react-query";
import { settingsQueries } from "@/components/lib/queries";
import { CurrencyPanel } from "./currency-panel";
import { DaysPanel } from "./days-panel";
import { DisplayPanel } from "./display-panel";
import { EnvironmentPanel } from "./environment-panel";
import { FilePanel } from "./file-panel";
import { NodesPanel } from "./nodes-panel";

/** What this browser shows, what the installation keeps, what its nodes say, and the file that says it all. */
export function SettingsView() {
  const query = useQuery(settingsQueries.view());
  return (
    <div className="grid gap-5">
      <div className="grid grid-cols-2 gap-5 max-lg:grid-cols-1">
        <DisplayPanel />
        <DaysPanel query={query} />
      </div>
      <CurrencyPanel query={query} />
      <FilePanel query={query} />
      <NodesPanel query={query} />
      <EnvironmentPanel query={query} />
    </div>
  );
}
