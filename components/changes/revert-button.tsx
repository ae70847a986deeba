"use client";

import { lazy, Suspense, useState } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { Button } from "@/components/ui/button";
import { LoadBoundary } from "@/components/ui/load-boundary";

const RevertSheet = lazy(() =>
  import("./revert-sheet").then((module) => ({ default: module.RevertSheet })),
);

type Props = { revision: number; isRevertable: boolean };

/** Takes a revision back, after a look at what that changes now. What is open stays, whatever comes in behind it. */
export function RevertButton({ revision, isRevertable }: Props) {
  const { t } = useWords();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      {isRevertable && (
        <Button
          tone="link"
          size="sm"
          className="-mr-2.25 -mt-1 touch:mt-0"
          aria-label={t("people.revertRevision", { revision })}
          onClick={() => {
            setOpen(true);
          }}
        >
          {t("people.revert")}
        </Button>
      )}
      {isOpen && (
        <LoadBoundary fallback={null}>
          <Suspense fallback={null}>
            <RevertSheet
              revision={revision}
              onClose={() => {
                setOpen(false);
              }}
            />
          </Suspense>
        </LoadBoundary>
      )}
    </>
  );
}
