import { ObjectsView } from "@/components/objects/objects-view";
import { PageTitle } from "@/components/shell/page-title";

export default function ModelsPage() {
  return (
    <>
      <PageTitle page="models" />
      <ObjectsView kind="model" />
    </>
  );
}
