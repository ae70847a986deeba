import { clsx } from "clsx";
import { useWords } from "@/components/lib/i18n/provider";
import { reasonText } from "@/components/lib/targets/why";
import { Glyph } from "@/components/ui/glyph";
import type { AttemptView, CallDetail } from "@/lib/shared/contract";
import { attemptGlyph } from "@/components/lib/calls/outcome";
import { Section } from "./section";
import { barOf, ticksOf, type WaterfallRow, waterfallRows } from "./waterfall";

type Props = { call: CallDetail };

/** Where the time went: the gateway's own part, every attempt, and the waits between them, on one scale. */
export function CallAttempts({ call }: Props) {
  const { t, f } = useWords();
  const wholeMs = Math.max(1, call.totalMs);
  const rows = waterfallRows(call);
  return (
    <Section
      title={t("call.waterfall")}
      note={t("call.waterfallNote", { total: f.span(call.totalMs), ms: ownMs(call) })}
    >
      <div
        className="mb-1 flex justify-between border-b border-line text-micro text-fg-3"
        aria-hidden="true"
      >
        {ticksOf(wholeMs).map((ms, index) => (
          <span key={`${ms} ${index}`}>{f.span(ms)}</span>
        ))}
      </div>
      <ol data-testid="waterfall">
        {rows.map((row) => (
          <li
            key={
              row.kind === "attempt" ? `attempt ${row.attempt.seq}` : `${row.kind} ${row.fromMs}`
            }
            data-kind={row.kind}
            className="border-b border-line py-1.5 last:border-b-0"
          >
            <Line row={row} wholeMs={wholeMs} />
          </li>
        ))}
      </ol>
      {call.attempts.length === 0 && (
        <p className="mt-2 text-small text-fg-2">{t("calls.noAttempt")}</p>
      )}
    </Section>
  );
}

function ownMs({ overheadUs }: CallDetail): string {
  return (overheadUs / 1_000).toFixed(1);
}

function Line({ row, wholeMs }: { row: WaterfallRow; wholeMs: number }) {
  const { t, f } = useWords();
  const { left, width } = barOf(row.fromMs, row.forMs, wholeMs);
  if (row.kind !== "attempt") {
    const time = row.kind === "gateway" ? f.seconds(row.forMs) : f.span(row.forMs);
    return (
      <>
        <p className="flex gap-x-2 text-small text-fg-3">
          <span>{t(`call.row.${row.kind}`)}</span>
          <span className="ml-auto">
            {row.kind === "gateway" ? `${row.forMs.toFixed(1)}\u00a0ms` : time}
          </span>
        </p>
        <Track>
          <span
            className={clsx(
              "absolute top-0.5 h-1",
              row.kind === "gateway" ? "bg-fg-3" : "border-t border-dashed border-fg-3",
            )}
            style={{ left: `${left}%`, width: `${width}%` }}
          />
        </Track>
      </>
    );
  }
  const { attempt, firstTokenMs } = row;
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-2 text-small">
        <Glyph state={attemptGlyph(attempt)} />
        <span className="font-medium">
          {attempt.model} / {attempt.region}
        </span>
        <span className="text-fg-3">{attempt.provider}</span>
        <span className="ml-auto">{f.span(attempt.durationMs)}</span>
      </div>
      <Bar attempt={attempt} left={left} width={width} share={shareOf(firstTokenMs, row.forMs)} />
      <p className="mt-1 text-small break-words text-fg-2">{outcomeLine(attempt)}</p>
    </>
  );

  function outcomeLine({ status, reason, ttftMs, error, outcome, health }: AttemptView): string {
    const parts = [
      status === null ? null : String(status),
      reason === null ? null : reasonText(t, reason),
      ttftMs === null ? null : t("matrix.ttft", { ms: f.ms(ttftMs) }),
      error,
      outcome === "failed" && !health ? t("call.neutral") : null,
    ];
    return parts.filter((part) => part !== null).join(" · ");
  }
}

function shareOf(firstTokenMs: number | null, forMs: number): number {
  return firstTokenMs === null || forMs <= 0 ? 0 : Math.min(1, firstTokenMs / forMs);
}

type BarProps = { attempt: AttemptView; left: number; width: number; share: number };

/** Hollow until the first token, solid from there on; what failed is solid in its own colour. */
function Bar({ attempt, left, width, share }: BarProps) {
  const isServed = attempt.outcome === "succeeded";
  return (
    <Track>
      <span
        className={clsx(
          "absolute top-0 h-2",
          isServed ? "border border-healthy" : "bg-down",
          attempt.outcome === "cancelled" && "border border-off bg-transparent!",
        )}
        style={{ left: `${left}%`, width: `${width}%` }}
      />
      {isServed && (
        <span
          className="absolute top-0 h-2 bg-healthy"
          style={{ left: `${left + width * share}%`, width: `${width * (1 - share)}%` }}
        />
      )}
    </Track>
  );
}

function Track({ children }: { children: React.ReactNode }) {
  return (
    <div className="relative mt-1 h-2.5" aria-hidden="true">
      {children}
    </div>
  );
}
