import { ChangeDrawer } from "@/components/changes/change-drawer";
import { ObjectCharts } from "@/components/objects/object-charts";
import { ObjectNow } from "@/components/targets/object-now";

type Props = { params: Promise<{ id: string }> };

export default async function RegionPage({ params }: Props) {
  const id = decodeURIComponent((await params).id);
  return (
    <>
      <ObjectNow kind="region" id={id} />
      <ObjectCharts kind="region" id={id} />
      <ChangeDrawer />
    </>
  );
}
