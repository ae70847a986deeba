import { useWords } from "@/components/lib/i18n/provider";
import { Link } from "@/components/ui/link";

/** Nothing is there to be shown yet, and where that is changed. */
export function NoModels() {
  const { t } = useWords();
  return (
    <p className="run flex flex-wrap items-center gap-x-3 py-6 text-fg-2">
      {t("matrix.empty")}
      <Link href="/providers" className="inline-flex min-h-6 items-center touch:min-h-11">
        {t("matrix.add")}
      </Link>
    </p>
  );
}
