import { useWords } from "@/components/lib/i18n/provider";

/** How many have come while the feed is held; nothing while it is not, or none have. */
export function FreshCount({ n }: { n: number }) {
  const { t } = useWords();
  return n === 0 ? null : (
    <span className="text-small text-fg-2" data-testid="fresh">
      {t("healer.fresh", { n })}
    </span>
  );
}
