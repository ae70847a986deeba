"use client";

import { Link } from "@/components/ui/link";
import { useWords } from "@/components/lib/i18n/provider";
import { CopyButton } from "@/components/ui/copy-button";

type Props = {
  gatewayUrl: string;
  /** Nobody has called yet: this is what the page is for now. */
  isFirst: boolean;
};

/** The first call: led there step by step, or one line to paste. */
export function SetupCard({ gatewayUrl, isFirst }: Props) {
  const { t } = useWords();
  const command = curlLine(gatewayUrl);
  return (
    <section
      aria-labelledby="setup-title"
      className="mt-4 max-w-4xl rounded-panel border border-line bg-surface px-4 py-3"
      data-testid="setup"
    >
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-72">
          <h2 id="setup-title" className="font-strong">
            {t(isFirst ? "setup.title" : "setup.own")}
          </h2>
          <p className="run text-fg-2">{t("setup.lead")}</p>
        </div>
        <Link
          href="/setup"
          className="inline-flex h-7.5 items-center rounded-control border border-fg bg-fg px-3 font-medium text-on-ink hover:no-underline touch:h-11 touch:px-4"
        >
          {t("setup.open")}
        </Link>
      </div>
      <details className="mt-1">
        <summary className="cursor-pointer py-1 text-small text-fg-2 touch:py-3">
          {t("setup.byHand")}
        </summary>
        <div className="mt-1 flex items-start gap-2 phone:flex-col">
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
    </section>
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
