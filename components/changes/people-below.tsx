"use client";

import dynamic from "next/dynamic";
import { Later } from "@/components/charts/later";
import { Skeleton } from "@/components/ui/skeleton";

const PeopleView = dynamic(() => import("./people-view").then((module) => module.PeopleView), {
  ssr: false,
  loading: () => <Skeleton className="h-72" />,
});

/** Changes by people where nobody sees them at first: their code comes when the page can be used. */
export function PeopleBelow() {
  return (
    <Later>
      <PeopleView />
    </Later>
  );
}
