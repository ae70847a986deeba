"use client";

import { usePathname } from "next/navigation";
import { useWords } from "@/components/lib/i18n/provider";
import { Link } from "@/components/ui/link";
import { PageHead } from "./page-head";

/** An address that is no page: which it was, and where to go. */
export function MissingView() {
  const { t } = useWords();
  const path = usePathname();
  return (
    <>
      <PageHead title={t("missing.title")}>
        <code className="mono break-all">{path}</code>
      </PageHead>
      <p className="run mb-4 text-fg-2">{t("missing.lead")}</p>
      <Link
        href="/overview"
        className="inline-flex min-h-6 items-center text-accent-text hover:underline touch:min-h-11"
      >
        {t("missing.overview")}
      </Link>
    </>
  );
}
