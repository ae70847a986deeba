"use client";

import { useState } from "react";
import { copyText } from "@/components/lib/copy-text";
import { useWords } from "@/components/lib/i18n/provider";
import { Button } from "./button";

/** Puts `text` on the clipboard, and says that it did. */
export function CopyButton({ text }: { text: string }) {
  const { t } = useWords();
  const [isCopied, setCopied] = useState(false);
  const copy = (): void => {
    copyText(text)
      .then(setCopied)
      .catch(() => undefined);
  };
  return <Button onClick={copy}>{t(isCopied ? "setup.copied" : "setup.copy")}</Button>;
}
