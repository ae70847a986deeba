import { HydrationBoundary } from "@tanstack/react-query";
import { SetupView } from "@/components/setup/setup-view";
import { prefetchSetup } from "../prefetch";

export default async function SetupPage() {
  return (
    <HydrationBoundary state={await prefetchSetup()}>
      <SetupView />
    </HydrationBoundary>
  );
}
