import { useWords } from "@/components/lib/i18n/provider";
import { shownState, stateKey, worstState } from "@/components/lib/targets/state";
import { Glyph } from "@/components/ui/glyph";
import type { TargetView } from "@/lib/shared/contract";

type Props = { targets: readonly TargetView[]; isOff: boolean };

/** A model's targets in one chip: the worst state, and how many share it. */
export function ChainChip({ targets, isOff }: Props) {
  const { t } = useWords();
  const worst = isOff ? "off" : worstState(targets);
  const count = targets.filter((target) => shownState(target) === worst).length;
  const isUniform = isOff || count === targets.length;
  return (
    <span className="inline-flex items-center gap-1.5 text-small whitespace-nowrap text-fg-2">
      <Glyph state={worst} />
      {isUniform
        ? t(stateKey(worst))
        : t("routes.share", { count, of: targets.length, state: t(stateKey(worst)) })}
    </span>
  );
}
