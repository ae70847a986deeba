"use client";

import { useWords } from "@/components/lib/i18n/provider";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";

type Props = { secret: string; onClose: () => void };

/** The only sight of a secret. */
export function Secret({ secret, onClose }: Props) {
  const { t } = useWords();
  return (
    <div className="mt-3 grid gap-3">
      <p className="run text-fg-2">{t("apps.once")}</p>
      <div className="flex items-start gap-2 phone:flex-col">
        <code
          data-testid="secret"
          className="mono min-w-0 flex-1 rounded-control border border-line bg-sunken px-3 py-2 break-all"
        >
          {secret}
        </code>
        <CopyButton text={secret} />
      </div>
      <Button tone="primary" className="justify-self-end" onClick={onClose}>
        {t("apps.kept")}
      </Button>
    </div>
  );
}
