"use client";

import dynamic from "next/dynamic";
import { NotLoaded } from "@/components/charts/not-loaded";
import { LoadBoundary } from "@/components/ui/load-boundary";
import { Skeleton } from "@/components/ui/skeleton";

const PeopleView = dynamic(() => import("./people-view").then((module) => module.PeopleView), {
  ssr: false,
  loading: () => <Skeleton className="h-72" />,
});

/** Changes by people where nobody sees them at first: their code comes when the page can be used. */
export function PeopleBelow() {
  return (
    <LoadBoundary fallback={<NotLoaded />}>
      <PeopleView />
    </LoadBoundary>
  );
}
