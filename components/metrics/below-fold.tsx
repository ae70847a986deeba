"use client";

import dynamic from "next/dynamic";
import { Later } from "@/components/charts/later";
import { Skeleton } from "@/components/ui/skeleton";

// Nobody sees these at first: their code comes when the page can be used.
const ServedRateView = dynamic(
  () => import("./served-rate-view").then((module) => module.ServedRateView),
  { ssr: false, loading: () => <Skeleton className="h-86" /> },
);
const MoversView = dynamic(() => import("./movers-view").then((module) => module.MoversView), {
  ssr: false,
  loading: () => <Skeleton className="h-72" />,
});

export function ServedRateBelow() {
  return (
    <Later>
      <ServedRateView />
    </Later>
  );
}

export function MoversBelow() {
  return (
    <Later>
      <MoversView />
    </Later>
  );
}
