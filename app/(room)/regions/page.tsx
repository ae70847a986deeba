import { ObjectsView } from "@/components/objects/objects-view";
import { PageTitle } from "@/components/shell/page-title";

export default function RegionsPage() {
  return (
    <>
      <PageTitle page="regions" />
      <ObjectsView kind="region" />
    </>
  );
}
