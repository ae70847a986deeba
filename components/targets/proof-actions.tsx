"use client";

import { useWords } from "@/components/lib/i18n/provider";
import { LookAgain } from "@/components/lib/writes/look-again";
import type { Write } from "@/components/lib/writes/model";
import { useProof } from "@/components/lib/writes/proof-line";
import { useWrites } from "@/components/lib/writes/provider";
import { Button } from "@/components/ui/button";

type Props = { write: Write };

/** A node does not answer: look again, or take the change back. */
export function ProofActions({ write }: Props) {
  const { t } = useWords();
  const writes = useWrites();
  const proof = useProof(write);
  if (proof?.kind !== "silent") {
    return null;
  }
  return (
    <div className="mt-2 flex gap-2">
      <LookAgain />
      <Button
        size="sm"
        onClick={() => {
          writes.undo(write).catch(() => undefined);
        }}
      >
        {t("proof.revert")}
      </Button>
    </div>
  );
}
