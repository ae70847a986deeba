import { ProvidersView } from "@/components/providers/providers-view";
import { PageTitle } from "@/components/shell/page-title";

export default function ProvidersPage() {
  return (
    <>
      <PageTitle page="providers" />
      <ProvidersView />
    </>
  );
}
