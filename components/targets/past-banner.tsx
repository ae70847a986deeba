import { Clock } from "lucide-react";
import { useWords } from "@/components/lib/i18n/provider";
import type { Past } from "./film";
import { momentText } from "./moment-text";

type Props = { past: Past; onNow: (() => void) | undefined };

/** Says that a grid tells of another moment; as tall as the line that it stands for. */
export function PastBanner({ past, onNow }: Props) {
  const { t, f } = useWords();
  return (
    <span
      data-testid="past"
      className="-mx-1.5 flex w-fit flex-wrap items-center gap-x-1.5 rounded-control bg-degraded-wash px-1.5 text-fg"
    >
      <Clock size={13} aria-hidden="true" className="shrink-0" />
      <b className="font-medium">{t("film.asOf", { time: momentText(past, f) })}</b>
      <span className="text-fg-2">{t("film.waits")}</span>
      <button
        type="button"
        className="-my-1 inline-flex min-h-6 items-center text-accent-text underline underline-offset-3 touch:-my-3.5 touch:min-h-11"
        onClick={onNow}
      >
        {t("film.now")}
      </button>
    </span>
  );
}
