import { SettingsView } from "@/components/settings/settings-view";
import { PageTitle } from "@/components/shell/page-title";

export default function SettingsPage() {
  return (
    <>
      <PageTitle page="settings" />
      <SettingsView />
    </>
  );
}
