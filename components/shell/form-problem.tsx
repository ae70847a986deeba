"use client";

import { useWords } from "@/components/lib/i18n/provider";
import type { SaveProblem } from "@/components/lib/use-save";
import { Button } from "@/components/ui/button";
import { Glyph } from "@/components/ui/glyph";
import { intoView } from "@/components/ui/into-view";
import { isRecord } from "@/lib/shared/record";

type Props = {
  problem: SaveProblem | null;
  /** Fields that show their own problem. */
  shownBy: (field: string) => boolean;
  /** After a conflict: take what is there, or say mine again. */
  onTheirs?: () => void;
  onMine?: () => void;
};

/** What is wrong with a form as a whole; after a conflict both versions, and the choice between them. */
export function FormProblem({ problem, shownBy, onTheirs, onMine }: Props) {
  const { t } = useWords();
  if (problem === null) {
    return null;
  }
  const { texts, isAll } = problem.fields;
  if (isAll && [...texts.keys()].every(shownBy)) {
    return null;
  }
  const { current, yours } = problem.details;
  return (
    <div
      role="alert"
      ref={intoView}
      className="run flex scroll-mb-20 gap-2.5 rounded-control border border-line-strong px-3 py-2"
    >
      <Glyph state="degraded" className="mt-1 shrink-0" />
      <div className="min-w-0 flex-1">
        <p className="break-words whitespace-pre-line">{problem.text}</p>
        {problem.isConflict && (
          <>
            <dl className="mt-2 grid gap-2 text-small">
              {[["conflict.theirs", current] as const, ["conflict.mine", yours] as const].map(
                ([label, version]) => (
                  <div key={label}>
                    <dt className="text-fg-3">{t(label)}</dt>
                    <dd>
                      <pre
                        tabIndex={0}
                        className="mono max-h-40 overflow-auto rounded-control bg-sunken px-2 py-1"
                      >
                        {JSON.stringify(isRecord(version) ? version["object"] : null, null, 1)}
                      </pre>
                    </dd>
                  </div>
                ),
              )}
            </dl>
            <div className="mt-2 flex flex-wrap gap-2">
              <Button size="sm" onClick={onTheirs}>
                {t("conflict.keep")}
              </Button>
              <Button size="sm" onClick={onMine}>
                {t("conflict.overrule")}
              </Button>
            </div>
          </>
        )}
      </div>
    </div>
  );
}
