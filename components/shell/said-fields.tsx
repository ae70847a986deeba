"use client";

import { type ReactNode, useState } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { TextField } from "./off-fields";

export type Said = {
  readonly fields: ReactNode;
  /** Null: none was given. */
  readonly reason: string | null;
  /** Whether enough was said; from then on what is missing is told beside its field. */
  readonly isEnough: () => boolean;
};

/** Why a change is made; of a grave one the reason is needed, and its name. */
export function useSaid({
  name,
  isGrave,
  reason,
  onReason,
}: {
  name: string;
  isGrave: boolean;
  reason: string;
  onReason: (reason: string) => void;
}): Said {
  const { t } = useWords();
  const [typed, setTyped] = useState("");
  const [isChecked, setChecked] = useState(false);
  const wrongName = isGrave && typed.trim() !== name;
  const wrongReason = isGrave && reason.trim() === "";
  return {
    reason: reason.trim() === "" ? null : reason.trim(),
    isEnough() {
      setChecked(true);
      return !wrongName && !wrongReason;
    },
    fields: (
      <>
        <TextField
          label={t(isGrave ? "confirm.reason" : "form.reason")}
          value={reason}
          problem={isChecked && wrongReason ? t("confirm.needsReason") : null}
          onChange={onReason}
        />
        {isGrave && (
          <TextField
            label={t("confirm.typeName", { name })}
            value={typed}
            isMono
            problem={isChecked && wrongName ? t("confirm.wrongName") : null}
            onChange={setTyped}
          />
        )}
      </>
    ),
  };
}
