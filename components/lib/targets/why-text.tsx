"use client";

import type { TargetView } from "@/lib/shared/contract";
import { useWords } from "../i18n/provider";
import { useNow } from "../live/provider";
import { sayLine, whyTexts } from "./why";

type Props = {
  target: TargetView;
  /** Which of several it is about. */
  of?: string | null;
};

/** Why a target is as it is, and what comes next. Ticks on its own. */
export function WhyText({ target, of = null }: Props) {
  const { t, f } = useWords();
  const why = sayLine(t, whyTexts(target, f, useNow()));
  const line = of === null ? why : `${of}: ${why}`;
  return <span title={line}>{line}</span>;
}
