"use client";

import dynamic from "next/dynamic";
import { useOpenChange } from "@/components/lib/open-change";
import { LoadBoundary } from "@/components/ui/load-boundary";

const Drawer = dynamic(
  () => import("./open-change-drawer").then((module) => module.OpenChangeDrawer),
  { ssr: false },
);

/** The change that the address names, over the page: what a mark of a chart stands for. */
export function ChangeDrawer() {
  const [change, open] = useOpenChange();
  return change === null ? null : (
    <LoadBoundary fallback={null}>
      <Drawer
        key={change.id}
        change={change}
        onClose={() => {
          open(null);
        }}
      />
    </LoadBoundary>
  );
}
