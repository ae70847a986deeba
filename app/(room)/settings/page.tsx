import { HydrationBoundary } from "@tanstack/react-query";
import { SettingsView } from "@/components/settings/settings-view";
import { PageTitle } from "@/components/shell/page-title";
import { prefetchSettings } from "../prefetch";

export default async function SettingsPage() {
  return (
    <HydrationBoundary state={await prefetchSettings()}>
      <PageTitle page="settings" />
      <SettingsView />
    </HydrationBoundary>
  );
}
