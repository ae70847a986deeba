import { clsx } from "clsx";
import { useWords } from "@/components/lib/i18n/provider";
import { scaleHours } from "./film";

type Props = { from: number; to: number };

/** Whole hours under a strip of time: every third on a desk, every sixth on a phone, none that would leave the strip. */
export function TimeScale({ from, to }: Props) {
  const { f } = useWords();
  return (
    <div className="relative h-4 text-micro text-fg-3" aria-hidden="true">
      {scaleHours(from, to, f.timeZone).map(({ at, share, isMain }) => (
        <span
          key={at}
          className={clsx("absolute -translate-x-1/2 whitespace-nowrap", !isMain && "phone:hidden")}
          style={{ left: `${share * 100}%` }}
        >
          {f.hourMinute(at)}
        </span>
      ))}
    </div>
  );
}
