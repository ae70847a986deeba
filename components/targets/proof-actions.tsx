"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useWords } from "@/components/lib/i18n/provider";
import { healthQueries } from "@/components/lib/queries";
import { useWrites } from "@/components/lib/writes/provider";
import { type SwitchControl } from "@/components/lib/writes/use-switch";
import { Button } from "@/components/ui/button";

type Props = { control: SwitchControl };

/** A node does not answer: look again, or take the change back. */
export function ProofActions({ control }: Props) {
  const { t } = useWords();
  const client = useQueryClient();
  const writes = useWrites();
  const { write, proof } = control;
  if (write === undefined || proof?.kind !== "silent") {
    return null;
  }
  return (
    <div className="mt-2 flex gap-2">
      <Button
        size="sm"
        onClick={() => {
          client.invalidateQueries({ queryKey: healthQueries.all() }).catch(() => undefined);
        }}
      >
        {t("proof.lookAgain")}
      </Button>
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
