"use client";

import { useWords } from "@/components/lib/i18n/provider";
import { type Write } from "@/components/lib/writes/model";
import { ProofLine } from "@/components/lib/writes/proof-line";
import { Button } from "@/components/ui/button";
import { Key } from "@/components/ui/key";
import { type RouteView } from "@/lib/shared/contract";

type Props = {
  route: RouteView;
  changes: number;
  /** Somebody saved another order since the draft began. */
  isOutdated: boolean;
  write: Write | undefined;
  onSave: () => void;
  onDiscard: () => void;
};

/** What is not saved yet, or the proof that it is in effect, or whose order this is. */
export function DraftBar({ route, changes, isOutdated, write, onSave, onDiscard }: Props) {
  const { t } = useWords();
  const isSaving = write?.sent === null;
  if (changes > 0) {
    return (
      <div
        data-testid="draft"
        className="-mx-1 flex flex-wrap items-center gap-x-3 gap-y-2 rounded-panel border border-line-strong bg-accent-wash py-2 pr-2 pl-3"
      >
        <span className="size-2 rounded-full border-2 border-accent" />
        <p className="run min-w-0 flex-1">
          <b className="font-strong">{t("routes.draft", { n: changes })}</b>{" "}
          <span className="text-fg-2">
            {isOutdated
              ? t("routes.outdated", { revision: route.revision })
              : t("routes.liveFollows", { revision: route.revision })}
          </span>
        </p>
        <span className="flex gap-2">
          <Button tone="ghost" onClick={onDiscard}>
            {t("routes.discard")}
          </Button>
          <Button tone="primary" onClick={onSave} disabled={isSaving}>
            {t(isSaving ? "proof.sending" : "routes.save")}
          </Button>
        </span>
      </div>
    );
  }
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 border-t border-line pt-2.5 -mx-4 px-4 text-small text-fg-3">
      <span data-testid="route-proof" className="min-w-0">
        {write === undefined ? (
          t(`routes.owner.${route.overridden ? "override" : route.owner}`, {
            path: route.ownerPath ?? "",
            revision: route.revision,
          })
        ) : (
          <ProofLine write={write} />
        )}
      </span>
      <span className="phone:hidden">
        <Key>Alt ↑↓</Key> {t("matrix.keys.move")}
      </span>
    </div>
  );
}
