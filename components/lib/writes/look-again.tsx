"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useWords } from "@/components/lib/i18n/provider";
import { healthQueries } from "@/components/lib/queries";
import { Button } from "@/components/ui/button";

/** Asks once more who follows a change. */
export function LookAgain() {
  const { t } = useWords();
  const client = useQueryClient();
  return (
    <Button
      size="sm"
      onClick={() => {
        client.invalidateQueries({ queryKey: healthQueries.all() }).catch(() => undefined);
      }}
    >
      {t("proof.lookAgain")}
    </Button>
  );
}
