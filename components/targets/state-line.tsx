import { clsx } from "clsx";
import { useWords } from "@/components/lib/i18n/provider";
import { shownState, stateKey } from "@/components/lib/targets/state";
import type { SwitchControl } from "@/components/lib/writes/use-switch";
import { Glyph } from "@/components/ui/glyph";
import { Switch } from "@/components/ui/switch";
import type { TargetView } from "@/lib/shared/contract";
import { type MatrixMetric, metricFigure, metricValue } from "./metric";

type Props = {
  target: TargetView;
  control: SwitchControl;
  label: string;
  /** The provider, where a cell has several. */
  note: string | null;
  tabIndex: number;
  /** What is told of it, availability where it is not said. */
  metric?: MatrixMetric;
};

/** Glyph, availability and word say what is; the switch says what somebody wants, and is read first. */
export function StateLine(props: Props) {
  const { target, control, label, note, tabIndex, metric = "availability" } = props;
  const { t, f } = useWords();
  const state = shownState(target);
  const isProbed = metric === "availability" && target.availability.source === "probe";
  const figure = metricFigure(metricValue(target, metric), metric, f);
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
      <Glyph state={state} isHollow={isProbed} />
      <span
        aria-hidden="true"
        className={clsx(
          "text-[17px] leading-6 tracking-[-0.02em] whitespace-nowrap",
          isProbed || state === "off" ? "font-regular text-fg-2" : "font-medium",
        )}
        title={isProbed ? t("matrix.fromProbes") : undefined}
      >
        {figure.value}
        {figure.unit !== "" && (
          <small className="ml-0.5 text-small font-regular tracking-normal text-fg-2">
            {figure.unit}
          </small>
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
