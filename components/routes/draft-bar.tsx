"use client";

import { useQuery } from "@tanstack/react-query";
import { useWords } from "@/components/lib/i18n/provider";
import { impactQueries } from "@/components/lib/queries";
import { ProofLine } from "@/components/lib/writes/proof-line";
import { Button } from "@/components/ui/button";
import type { ImpactRequest, RouteView } from "@/lib/shared/contract";
import { isSameOrder } from "./order";
import { ownerText } from "./owner";
import type { RouteDraft } from "./use-route-draft";

type Props = { route: RouteView; draft: RouteDraft };

/** The proof that the last change is in effect, or whose order this is. */
export function RouteProof({ route, draft: { write } }: Props) {
  const { say } = useWords();
  return (
    <p
      data-testid="route-proof"
      className="-mx-4 min-w-0 border-t border-line px-4 pt-2.5 text-small text-fg-3"
    >
      {write === undefined ? (
        <span title={route.ownerPath ?? undefined}>{say(ownerText(route))}</span>
      ) : (
        <ProofLine write={write} />
      )}
    </p>
  );
}

/** What is not saved yet, what saving would move, and the ways on. */
export function DraftBar({ route, draft, isFull }: Props & { isFull: boolean }) {
  const { t } = useWords();
  const { changes, problems, write, isOutdated, canUndo, canRedo } = draft;
  const isSaving = write?.sent === null;
  const wrong = problems.size;
  return (
    <div
      data-testid="draft"
      className="-mx-1 flex flex-wrap items-center gap-x-3 gap-y-2 rounded-panel border border-line-strong bg-accent-wash py-2 pr-2 pl-3"
    >
      <span className="size-2 rounded-full border-2 border-accent" />
      <p className="run min-w-52 flex-1">
        <b className="font-strong">{t("routes.draft", { n: changes })}</b>{" "}
        <span className="text-fg-2">
          {isOutdated
            ? t("routes.outdated", { revision: route.revision })
            : t("routes.liveFollows", { revision: route.revision })}{" "}
          <MoveLine routeId={route.id} draft={draft} />
        </span>
      </p>
      {wrong > 0 && (
        <span className="text-small font-medium" role="alert">
          {t("routes.invalid", { n: wrong })}
        </span>
      )}
      <span className="flex flex-wrap gap-2">
        {isFull && (
          <>
            <Button tone="ghost" disabled={!canUndo} onClick={draft.undo}>
              {t("routes.undoStep")}
            </Button>
            <Button tone="ghost" disabled={!canRedo} onClick={draft.redo}>
              {t("routes.redoStep")}
            </Button>
          </>
        )}
        <Button tone="ghost" onClick={draft.discard}>
          {t("routes.discard")}
        </Button>
        <Button
          tone="primary"
          disabled={isSaving || changes === 0}
          onClick={wrong > 0 ? focusFirstProblem : draft.save}
        >
          {t(saveKey(isSaving, isFull))}
        </Button>
      </span>
    </div>
  );
}

function saveKey(
  isSaving: boolean,
  isFull: boolean,
): "proof.sending" | "routes.saveAll" | "routes.save" {
  if (isSaving) {
    return "proof.sending";
  }
  return isFull ? "routes.saveAll" : "routes.save";
}

/** What saving will ask, so that nobody is surprised by it. */
function MoveLine({ routeId, draft: { chain, live } }: { routeId: string; draft: RouteDraft }) {
  const { t, f } = useWords();
  const isMoved = !isSameOrder(chain, live);
  const request = isMoved
    ? ({ type: "chain", routeId, chain: [...chain] } satisfies ImpactRequest)
    : null;
  const impact = useQuery(impactQueries.of(request)).data;
  if (impact === undefined || impact.tier === "T0") {
    return null;
  }
  const { movedShare, tier } = impact;
  const parts = [
    ...(movedShare === null || movedShare === 0
      ? []
      : [t("routes.movesShare", { share: f.percent(movedShare) })]),
    t(`routes.tier.${tier}`),
  ];
  return <span data-testid="draft-impact">{parts.join(" ")}</span>;
}

function focusFirstProblem(): void {
  document.querySelector<HTMLElement>('#policy [aria-invalid="true"]')?.focus();
}
