import { useWords } from "@/components/lib/i18n/provider";
import { Glyph } from "@/components/ui/glyph";
import type { LogGap } from "@/lib/shared/contract";

const shown = 3;

/** What the log lost in the range, in words: a chart must not look whole when it is not. */
export function GapLines({ gaps }: { gaps: readonly LogGap[] }) {
  const { t, f } = useWords();
  return (
    <>
      {gaps.slice(0, shown).map((gap) => (
        <p
          key={`${gap.nodeId} ${gap.from} ${gap.reason}`}
          role="status"
          className="mb-2 flex items-center gap-2 bg-degraded-wash px-3 py-1"
        >
          <Glyph state="degraded" />
          {t(gap.calls === null ? "outcome.gapUnknown" : "outcome.gap", {
            n: gap.calls ?? 0,
            from: f.clock(gap.from),
            to: f.clock(gap.to),
            node: gap.nodeId,
          })}
        </p>
      ))}
    </>
  );
}
