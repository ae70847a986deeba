"use client";

import { Link } from "@/components/ui/link";
import type { ReactNode } from "react";
import { AttemptStrip } from "@/components/lib/calls/attempt-strip";
import { useWords } from "@/components/lib/i18n/provider";
import { Button } from "@/components/ui/button";
import { Glyph } from "@/components/ui/glyph";
import type { CallView } from "@/lib/shared/contract";
import type { SetupCallResult } from "@/lib/shared/setup-contract";
import { fixOf } from "./progress";

type Props = {
  first: CallView | null;
  rescued: CallView | null;
  /** The last call that the page sent itself. */
  answer: SetupCallResult | null;
  isBusy: boolean;
  /** No other target could rescue a call. */
  isAlone: boolean;
  /** Null: nothing is broken. */
  drillLeftMs: number | null;
  /** From the opening of the page to the rescue. */
  tookMs: number | null;
  onBreak: () => void;
};

/** Listens, shows what came, and breaks it. */
export function CallPanel({
  first,
  rescued,
  answer,
  isBusy,
  isAlone,
  drillLeftMs,
  tookMs,
  onBreak,
}: Props) {
  const { t, f } = useWords();
  const failed = answer !== null && !answer.served ? answer : null;
  const isBroken = drillLeftMs !== null && drillLeftMs > 0;
  const target = first?.attempts[0]?.targetId ?? "";
  return (
    <div className="grid gap-3" aria-live="polite">
      {failed !== null && (
        <Line testId="setup-failure" glyph={<Glyph state="down" className="mt-1 shrink-0" />}>
          <span className="block font-medium">
            {t(`setup.fix.${fixOf(failed.code)}`, { code: failed.code ?? String(failed.status) })}
          </span>
          {failed.message !== null && (
            <span className="block text-small break-words text-fg-2">{failed.message}</span>
          )}
        </Line>
      )}
      {first === null && failed === null && (
        <Line testId="listening" glyph={<Glyph state="no_data" className="mt-1 shrink-0" />}>
          {t(answer === null ? "setup.watch.listening" : "setup.watch.soon")}
        </Line>
      )}
      {first !== null && (
        <Line testId="first-call" glyph={<Glyph state="healthy" className="mt-1 shrink-0" />}>
          <span className="block font-medium">
            {t("setup.watch.first", { span: f.span(first.totalMs) })}
          </span>
          <AttemptStrip call={first} />
        </Line>
      )}
      {first !== null && rescued === null && isAlone && (
        <p className="run text-fg-2">
          {t("setup.watch.alone")}{" "}
          <Link href="/providers" className="inline-flex min-h-6 items-center touch:min-h-11">
            {t("matrix.add")}
          </Link>
        </p>
      )}
      {first !== null && rescued === null && !isAlone && (
        <div>
          <p className="run text-fg-2">{t("setup.watch.breakLead", { target })}</p>
          <Button tone="primary" className="mt-2" autoFocus disabled={isBusy} onClick={onBreak}>
            {t("setup.watch.break")}
          </Button>
        </div>
      )}
      {rescued !== null && tookMs !== null && (
        <>
          <Line testId="rescued-call" glyph={<Glyph state="healthy" className="mt-1 shrink-0" />}>
            <span className="block font-medium">
              {t("setup.watch.rescued", { span: f.span(rescued.totalMs) })}
            </span>
            <AttemptStrip call={rescued} />
          </Line>
          <p className="run text-fg-2">
            {t("setup.watch.finished", { seconds: Math.round(tookMs / 1_000) })}{" "}
            {isBroken && t("setup.watch.mends", { seconds: Math.ceil(drillLeftMs / 1_000) })}
          </p>
          <p className="flex flex-wrap gap-x-4">
            <Link href={`/requests?call=${rescued.id}`}>{t("setup.watch.why")}</Link>
            <Link href="/overview">{t("setup.watch.overview")}</Link>
          </p>
        </>
      )}
    </div>
  );
}

type LineProps = { testId: string; glyph: ReactNode; children: ReactNode };

function Line({ testId, glyph, children }: LineProps) {
  return (
    <div data-testid={testId} className="run flex gap-2.5">
      {glyph}
      <div className="min-w-0">{children}</div>
    </div>
  );
}
