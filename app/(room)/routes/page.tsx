import { RouteCards } from "@/components/routes/route-cards";
import { PageTitle } from "@/components/shell/page-title";

export default function RoutesPage() {
  return (
    <>
      <PageTitle page="routes" />
      <RouteCards />
    </>
  );
}
