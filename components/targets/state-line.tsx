import { clsx } from "clsx";
import { useWords } from "@/components/lib/i18n/provider";
import { shownRatio } from "@/components/lib/targets/availability";
import { shownState, stateKey } from "@/components/lib/targets/state";
import { type SwitchControl } from "@/components/lib/writes/use-switch";
import { Glyph } from "@/components/ui/glyph";
import { Switch } from "@/components/ui/switch";
import { type TargetView } from "@/lib/shared/contract";
import { noValue } from "@/lib/shared/format";

type Props = {
  target: TargetView;
  control: SwitchControl;
  label: string;
  /** The provider, where a cell has several. */
  note: string | null;
  tabIndex: number;
};

/** Glyph, availability and word say what is; the switch says what somebody wants, and is read first. */
export function StateLine({ target, control, label, note, tabIndex }: Props) {
  const { t, f } = useWords();
  const state = shownState(target);
  const { source } = target.availability;
  const ratio = shownRatio(target.availability);
  const isQuiet = state === "healthy" || state === "off" || state === "no_data";
  return (
    <div className="flex items-center gap-2">
      <span className="order-last ml-auto inline-flex">
        <Switch
          label={label}
          isOn={control.isOn}
          isPending={control.isPending}
          onToggle={control.toggle}
          tabIndex={tabIndex}
        />
      </span>
      <Glyph state={state} isHollow={source === "probe"} />
      <span
        aria-hidden="true"
        className={clsx(
          "text-[17px] leading-6 tracking-[-0.02em] whitespace-nowrap",
          source === "probe" || state === "off" ? "font-regular text-fg-2" : "font-medium",
        )}
        title={source === "probe" ? t("matrix.fromProbes") : undefined}
      >
        {ratio === null ? noValue : f.percentValue(ratio)}
        {ratio !== null && (
          <small className="ml-0.5 text-small font-regular tracking-normal text-fg-3">%</small>
        )}
      </span>
      <span
        data-testid="state"
        aria-hidden="true"
        className={clsx("text-small whitespace-nowrap", isQuiet ? "text-fg-2" : "font-medium")}
      >
        {t(stateKey(state))}
      </span>
      {note !== null && (
        <span aria-hidden="true" title={note} className="truncate text-small text-fg-3">
          {note}
        </span>
      )}
    </div>
  );
}
