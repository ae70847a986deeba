import { clsx } from "clsx";
import { useWords } from "@/components/lib/i18n/provider";
import { reasonText } from "@/components/lib/targets/why";
import { Glyph } from "@/components/ui/glyph";
import { type AttemptView, type CallDetail } from "@/lib/shared/contract";
import { attemptGlyph } from "@/components/lib/calls/outcome";
import { Section } from "./section";

type Props = { call: CallDetail };

/** Every dispatched attempt on one time scale: when it began, when the first token came, when it ended. */
export function CallAttempts({ call }: Props) {
  const { t, f } = useWords();
  const spanMs = Math.max(1, call.totalMs);
  return (
    <Section
      title={t("call.attempts")}
      note={t("call.overhead", { ms: (call.overheadUs / 1000).toFixed(1) })}
    >
      {call.attempts.length === 0 && <p className="text-fg-2">{t("calls.noAttempt")}</p>}
      <ol>
        {call.attempts.map((attempt) => (
          <li key={attempt.seq} className="border-b border-line py-2 last:border-b-0">
            <div className="flex flex-wrap items-center gap-x-2 text-small">
              <Glyph state={attemptGlyph(attempt)} />
              <span className="font-medium">
                {attempt.model} / {attempt.region}
              </span>
              <span className="text-fg-3">{attempt.provider}</span>
              <span className="ml-auto">{f.span(attempt.durationMs)}</span>
            </div>
            <Bar attempt={attempt} startedAt={call.startedAt} spanMs={spanMs} />
            <p className="mt-1 text-small break-words text-fg-2">{outcomeLine(attempt)}</p>
          </li>
        ))}
      </ol>
    </Section>
  );

  function outcomeLine(attempt: AttemptView): string {
    const parts = [
      attempt.status === null ? null : String(attempt.status),
      attempt.reason === null ? null : reasonText(t, attempt.reason),
      attempt.ttftMs === null ? null : t("matrix.ttft", { ms: f.ms(attempt.ttftMs) }),
      attempt.error,
      attempt.outcome === "failed" && !attempt.health ? t("call.neutral") : null,
    ];
    return parts.filter((part) => part !== null).join(" · ");
  }
}

type BarProps = { attempt: AttemptView; startedAt: number; spanMs: number };

function Bar({ attempt, startedAt, spanMs }: BarProps) {
  const percent = (ms: number): number => Math.min(100, Math.max(0, (ms / spanMs) * 100));
  const left = percent(attempt.startedAt - startedAt);
  const width = Math.max(0.6, Math.min(100 - left, percent(attempt.durationMs)));
  const isServed = attempt.outcome === "succeeded";
  const firstToken = attempt.ttftMs === null ? null : Math.min(100 - left, percent(attempt.ttftMs));
  return (
    <div className="relative mt-1.5 h-2.5 border-b border-line" aria-hidden="true">
      <span
        className={clsx(
          "absolute top-0 h-2",
          isServed ? "border border-healthy" : "bg-down",
          attempt.outcome === "cancelled" && "bg-transparent! border border-off",
        )}
        style={{ left: `${left}%`, width: `${width}%` }}
      />
      {isServed && (
        <span
          className="absolute top-0 h-2 bg-healthy"
          style={{
            left: `${left + (firstToken ?? 0)}%`,
            width: `${Math.max(0, width - (firstToken ?? 0))}%`,
          }}
        />
      )}
    </div>
  );
}
