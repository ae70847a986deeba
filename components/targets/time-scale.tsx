import { useWords } from "@/components/lib/i18n/provider";

type Props = { from: number; to: number };

const hourMs = 3_600_000;
const every = 3;

/** Whole hours under a strip of time. */
export function TimeScale({ from, to }: Props) {
  const { f } = useWords();
  const first = Math.ceil(from / hourMs) * hourMs;
  const count = Math.floor((to - first) / hourMs) + 1;
  const hours = Array.from({ length: Math.max(0, count) }, (_, index) => first + index * hourMs);
  return (
    <div className="relative h-4 text-micro text-fg-3" aria-hidden="true">
      {hours
        .filter((_, index) => index % every === 0)
        .map((at) => (
          <span
            key={at}
            className="absolute -translate-x-1/2 whitespace-nowrap first:translate-x-0 phone:nth-[even]:hidden"
            style={{ left: `${((at - from) / (to - from)) * 100}%` }}
          >
            {f.hourMinute(at)}
          </span>
        ))}
    </div>
  );
}
