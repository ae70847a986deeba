"use client";

import { useWords } from "@/components/lib/i18n/provider";
import { PageHead } from "./page-head";

type Props = {
  page: "requests" | "changes" | "models" | "regions" | "apps" | "providers" | "settings";
};

/** The head of a page that has nothing of today to say. */
export function PageTitle({ page }: Props) {
  const { t } = useWords();
  return <PageHead title={t(`nav.${page}`)}>{t(`${page}.lead`)}</PageHead>;
}
