"use client";

import { useWords } from "@/components/lib/i18n/provider";
import { useHealth } from "@/components/lib/live/views";
import { failureText } from "@/components/lib/refusal-text";
import { showToast } from "@/components/lib/toast";
import { targetName } from "@/components/lib/targets/state";
import { isOff, undoMs, type Write } from "@/components/lib/writes/model";
import { ProofLine } from "@/components/lib/writes/proof-line";
import { useWrites, useWritesState } from "@/components/lib/writes/provider";
import { Button } from "@/components/ui/button";

/** Says what was changed; the toast fills with the proof. */
export function announceWrite(write: Write): void {
  showToast(() => <WriteToast write={write} />, {
    id: `write-${write.ref.type}-${write.ref.id}`,
    duration: undoMs,
  });
}

/** Says that a change did not happen and that the page shows the old state again. */
export function announceFailure(write: Write, error: unknown): void {
  showToast(() => <FailureToast write={write} error={error} />, { duration: undoMs });
}

function useWriteName({ ref, also }: Write): string {
  const { t } = useWords();
  const targets = useHealth().data?.targets ?? [];
  const target = targets.find(({ id }) => ref.type === "target" && id === ref.id);
  const name = target === undefined ? ref.id : targetName(target, targets);
  return also.length === 0 ? name : t("toast.several", { type: ref.type, n: also.length + 1 });
}

function WriteToast({ write }: { write: Write }) {
  const { t } = useWords();
  const writes = useWrites();
  const current = useWritesState().writes.find(({ seq }) => seq === write.seq);
  const name = useWriteName(write);
  return (
    <div className="flex w-92 max-w-[calc(100vw-32px)] items-center gap-3 rounded-[10px] bg-raised py-2.5 pr-2.5 pl-4 shadow-pop">
      <div className="min-w-0 flex-1">
        <p className="font-medium break-words">{t(toastKey(write), { name })}</p>
        <p className="run text-small text-fg-2">
          <ProofLine write={current ?? write} />
        </p>
      </div>
      {write.undoes === null && (
        <Button
          size="sm"
          onClick={() => {
            writes.undo(current ?? write).catch(() => undefined);
          }}
        >
          {t("toast.undo")}
        </Button>
      )}
    </div>
  );
}

function FailureToast({ write, error }: { write: Write; error: unknown }) {
  const { t } = useWords();
  const writes = useWrites();
  const name = useWriteName(write);
  return (
    <div
      role="alert"
      className="flex w-92 max-w-[calc(100vw-32px)] items-center gap-3 rounded-[10px] bg-raised py-2.5 pr-2.5 pl-4 shadow-pop"
    >
      <div className="min-w-0 flex-1">
        <p className="font-medium break-words">{t("toast.failed", { name })}</p>
        <p className="run text-small break-words whitespace-pre-line text-fg-2">
          {failureText(error, t)}
        </p>
      </div>
      <Button
        size="sm"
        onClick={() => {
          const { ref, wanted, also, undoes } = write;
          const again =
            undoes === null
              ? writes.ask(ref, wanted, { also: also.map((other) => other.ref.id) })
              : writes.undo(undoes);
          again.catch(() => undefined);
        }}
      >
        {t("failure.retry")}
      </Button>
    </div>
  );
}

function toastKey(write: Write): "toast.undone" | "toast.saved" | "toast.off" | "toast.on" {
  if (write.undoes !== null) {
    return "toast.undone";
  }
  if (write.wanted.kind === "order") {
    return "toast.saved";
  }
  return isOff(write.wanted) ? "toast.off" : "toast.on";
}
