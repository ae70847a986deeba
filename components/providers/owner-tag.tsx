"use client";

import { Lock } from "lucide-react";
import { useWords } from "@/components/lib/i18n/provider";
import { Tag } from "@/components/ui/tag";
import type { ProviderView } from "@/lib/shared/provider-contract";

type Props = Pick<ProviderView, "owner" | "ownerPath">;

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

function fileName(path: string | null): string {
  return path?.split("/").at(-1) ?? "";
}
