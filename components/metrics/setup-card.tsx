"use client";

import Link from "next/link";
import { useWords } from "@/components/lib/i18n/provider";
import { CopyButton } from "@/components/ui/copy-button";

type Props = { gatewayUrl: string; isOpen: boolean };

/** The first call: one line to paste. */
export function SetupCard({ gatewayUrl, isOpen }: Props) {
  const { t } = useWords();
  const command = curlLine(gatewayUrl);
  return (
    <details
      open={isOpen}
      className="mt-4 max-w-4xl rounded-panel border border-line bg-surface px-4 py-3"
      data-testid="setup"
    >
      <summary className="cursor-pointer font-medium touch:py-2.5">{t("setup.title")}</summary>
      <p className="run mt-2 text-fg-2">
        {t("setup.lead")} <Link href="/setup">{t("setup.guided")}</Link>
      </p>
      <div className="mt-2 flex items-start gap-2 phone:flex-col">
        <pre
          tabIndex={0}
          aria-label={t("setup.command")}
          className="mono min-w-0 flex-1 overflow-x-auto rounded-control border border-line bg-sunken px-3 py-2 text-small phone:w-full"
        >
          {command}
        </pre>
        <CopyButton text={command} />
      </div>
      <p className="run mt-2 text-small text-fg-3">{t("setup.key")}</p>
    </details>
  );
}

function curlLine(gatewayUrl: string): string {
  return [
    `curl ${gatewayUrl}/v1/chat/completions`,
    `-H "authorization: Bearer $BELLWETHER_KEY"`,
    `-H "content-type: application/json"`,
    `-d '{"model":"auto","messages":[{"role":"user","content":"Hello"}]}'`,
  ].join(" \\\n  ");
}
