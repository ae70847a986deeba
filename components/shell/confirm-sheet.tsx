"use client";

import { useWords } from "@/components/lib/i18n/provider";
import { useWrites, useWritesState } from "@/components/lib/writes/provider";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";

/** A change that would leave a route without any target says so before it happens. */
export function ConfirmSheet() {
  const { t } = useWords();
  const writes = useWrites();
  const { confirming } = useWritesState();
  if (confirming === null) {
    return null;
  }
  const { ref, wanted, routes } = confirming;
  const close = (): void => {
    writes.settleConfirm();
  };
  return (
    <Dialog labelledBy="confirm-title" shape="sheet" onClose={close}>
      <h2 id="confirm-title" className="text-title font-strong">
        {t("confirm.title", { routes: routes.join(", "), n: routes.length })}
      </h2>
      <p className="run mt-2 text-fg-2">{t("confirm.lead", { id: ref.id })}</p>
      <div className="mt-5 flex flex-wrap justify-end gap-2">
        <Button onClick={close} autoFocus>
          {t("confirm.cancel")}
        </Button>
        <Button
          tone="primary"
          onClick={() => {
            close();
            writes.ask(ref, wanted, { isConfirmed: true }).catch(() => undefined);
          }}
        >
          {t("confirm.turnOff")}
        </Button>
      </div>
    </Dialog>
  );
}
