"use client";

import { Lock } from "lucide-react";
import { Tag } from "@/components/ui/tag";
import type { ObjectRow } from "@/lib/shared/contract";
import { fileName } from "./file-name";
import { useWords } from "./i18n/provider";

type Props = Pick<ObjectRow, "owner" | "ownerPath">;

/** Whoever changes what a file owns changes the file. */
export function OwnerTag({ owner, ownerPath }: Props) {
  const { t } = useWords();
  if (owner !== "file") {
    return null;
  }
  return (
    <Tag title={ownerPath ?? ""}>
      <Lock size={10} aria-hidden="true" />
      <span className="sr-only">{t("providers.lockedBy")} </span>
      <span className="max-w-40 truncate">{fileName(ownerPath)}</span>
    </Tag>
  );
}
