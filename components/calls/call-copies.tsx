"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { copyText } from "@/components/lib/copy-text";
import { useWords } from "@/components/lib/i18n/provider";
import { callsQueries } from "@/components/lib/queries";
import { Button } from "@/components/ui/button";
import type { CallDetail } from "@/lib/shared/contract";
import { curlText } from "./curl-text";

type Props = { call: CallDetail; gatewayUrl: string };

const copies = ["curl", "link", "trace"] as const;
type Copy = (typeof copies)[number];

/** What is taken from a call to elsewhere. Where the browser gives no clipboard, it stands there to be copied by hand. */
export function CallCopies({ call, gatewayUrl }: Props) {
  const { t } = useWords();
  const client = useQueryClient();
  const [copied, setCopied] = useState<Copy | null>(null);
  const [byHand, setByHand] = useState<string | null>(null);
  const textOf = (copy: Copy): string => {
    switch (copy) {
      case "curl": {
        // Copying opens nothing: that would have to be written down.
        const body = client.getQueryData(callsQueries.body(call.id).queryKey);
        return curlText(call, gatewayUrl, body, (missing) => t(`call.copy.missing.${missing}`));
      }
      case "link":
        return `${window.location.origin}/requests?call=${call.id}`;
      case "trace":
        return call.traceId ?? "";
    }
  };
  const take = async (copy: Copy): Promise<void> => {
    const text = textOf(copy);
    const isDone = await copyText(text);
    setCopied(isDone ? copy : null);
    setByHand(isDone ? null : text);
  };
  return (
    <div className="mt-3" data-testid="copies">
      <div className="flex flex-wrap gap-1.5">
        {copies
          .filter((copy) => copy !== "trace" || call.traceId !== null)
          .map((copy) => (
            <Button
              key={copy}
              size="sm"
              onClick={() => {
                take(copy).catch(() => undefined);
              }}
            >
              {t(copied === copy ? "setup.copied" : `call.copy.${copy}`)}
            </Button>
          ))}
      </div>
      {byHand !== null && (
        <figure className="mt-2">
          <figcaption className="text-small text-fg-3">{t("call.copy.byHand")}</figcaption>
          <pre className="mono mt-1 rounded-control bg-sunken px-3 py-2 text-small break-words whitespace-pre-wrap">
            {byHand}
          </pre>
        </figure>
      )}
    </div>
  );
}
