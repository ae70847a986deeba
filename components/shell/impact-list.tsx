"use client";

import { useWords } from "@/components/lib/i18n/provider";
import { Glyph } from "@/components/ui/glyph";
import type { ImpactView } from "@/lib/shared/contract";
import { becauseTexts, impactRows } from "./impact-text";

/** What a change would do, and why it does not happen at once. Null: the server could not tell. */
export function ImpactList({ impact }: { impact: ImpactView | null }) {
  const { t, f, say } = useWords();
  if (impact === null) {
    return <p className="run mt-2 text-fg-2">{t("confirm.unknown")}</p>;
  }
  return (
    <>
      <ul className="mt-2 grid gap-1">
        {becauseTexts(impact).map((text) => (
          <li key={text.key} className="run flex gap-2 text-fg-2">
            <Glyph state={impact.tier === "T2" ? "down" : "degraded"} className="mt-1 shrink-0" />
            <span className="min-w-0 break-words">{say(text)}</span>
          </li>
        ))}
      </ul>
      <dl className="mt-3 grid grid-cols-[auto_minmax(0,1fr)] gap-x-5 gap-y-1.5 text-small">
        {impactRows(impact, f).map(({ label, lines }) => (
          <div key={label.key} className="contents">
            <dt className="text-fg-3">{say(label)}</dt>
            <dd className="text-right break-words">
              {lines.map((line) => (
                <span key={say(line)} className="block">
                  {say(line)}
                </span>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <p className="run mt-2 text-micro text-fg-3">
        {t("confirm.basis", { minutes: impact.windowMs / 60_000 })}
      </p>
    </>
  );
}
