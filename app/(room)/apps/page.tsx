import { KeysPanel } from "@/components/apps/keys-panel";
import { PageTitle } from "@/components/shell/page-title";

export default function AppsPage() {
  return (
    <>
      <PageTitle page="apps" />
      <KeysPanel />
    </>
  );
}
