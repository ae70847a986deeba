import { RoutePageView } from "@/components/routes/route-page-view";

type Props = { params: Promise<{ id: string }> };

export default async function RoutePage({ params }: Props) {
  const { id } = await params;
  return <RoutePageView id={decodeURIComponent(id)} />;
}
