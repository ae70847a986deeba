"use client";

import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { Strip } from "@/components/charts/strip";
import { useWords } from "@/components/lib/i18n/provider";
import {
  byUrgency,
  isImpaired,
  isOnBut,
  shownState,
  stateKey,
  targetName,
  worstState,
} from "@/components/lib/targets/state";
import { WhyText } from "@/components/lib/targets/why-text";
import type { ObjectRef } from "@/components/lib/writes/model";
import { ProofLine } from "@/components/lib/writes/proof-line";
import { useSwitch } from "@/components/lib/writes/use-switch";
import { Glyph } from "@/components/ui/glyph";
import { Switch } from "@/components/ui/switch";
import type { HealthView, SwitchView, TargetView } from "@/lib/shared/contract";
import { type MatrixMetric, metricFigure, metricValue } from "./metric";
import { ObjectPopover } from "./lazy-popover";

type Props = { health: HealthView; metric: MatrixMetric };

type Open = (ref: ObjectRef, anchor: HTMLElement) => void;

/** For a hand: what is hurt first, then every model and region to unfold. */
export function PhoneTargets({ health, metric }: Props) {
  const { t } = useWords();
  const [opened, setOpened] = useState<{ ref: ObjectRef; anchor: HTMLElement } | null>(null);
  const hurt = health.targets.filter(isImpaired).sort(byUrgency);
  const open: Open = (ref, anchor) => {
    setOpened({ ref, anchor });
  };
  return (
    <div className="-mt-1 md:hidden">
      {hurt.length > 0 && (
        <>
          <h3 className="pt-1 text-lead font-strong">{t("phone.problems")}</h3>
          <ul>
            {hurt.map((target) => (
              <TargetRow
                key={target.id}
                target={target}
                all={health.targets}
                onOpen={open}
                metric={metric}
              />
            ))}
          </ul>
        </>
      )}
      {health.models.map(({ id, switch: view }) => (
        <Group
          key={id}
          objectRef={{ type: "model", id }}
          view={view}
          targets={health.targets.filter((target) => target.model === id)}
          all={health.targets}
          onOpen={open}
          metric={metric}
        />
      ))}
      <h3 className="border-t border-line pt-3 text-lead font-strong">{t("phone.regions")}</h3>
      {health.regions.map(({ id, switch: view }) => (
        <RegionRow
          key={id}
          objectRef={{ type: "region", id }}
          view={view}
          targets={health.targets.filter((target) => target.region === id)}
        />
      ))}
      {opened !== null && (
        <ObjectPopover
          key={`${opened.ref.type} ${opened.ref.id}`}
          health={health}
          objectRef={opened.ref}
          anchor={opened.anchor}
          onClose={() => {
            setOpened(null);
          }}
        />
      )}
    </div>
  );
}

type GroupProps = {
  objectRef: ObjectRef;
  view: SwitchView;
  targets: readonly TargetView[];
  all: readonly TargetView[];
  onOpen: Open;
  metric: MatrixMetric;
};

function Group({ objectRef, view, targets, all, onOpen, metric }: GroupProps) {
  const { t } = useWords();
  const control = useSwitch(objectRef, view);
  const { id } = objectRef;
  const state = worstState(targets);
  return (
    <div className="flex items-start gap-3 border-t border-line">
      <details className="group min-w-0 flex-1">
        <summary className="flex min-h-13 cursor-pointer list-none items-center gap-2.5 [&::-webkit-details-marker]:hidden">
          <ChevronRight
            size={16}
            aria-hidden="true"
            className="shrink-0 text-fg-3 group-open:rotate-90"
          />
          <Glyph state={state} size={14} />
          <span className="min-w-0 flex-1">
            <span className="block truncate text-lead">{id}</span>
            <span className="block truncate text-body text-fg-2">
              {control.write === undefined ? (
                t("phone.targets", { n: targets.length })
              ) : (
                <ProofLine write={control.write} />
              )}
            </span>
          </span>
        </summary>
        <ul className="-mr-13">
          {targets.map((target) => (
            <TargetRow key={target.id} target={target} all={all} onOpen={onOpen} metric={metric} />
          ))}
        </ul>
      </details>
      <span className="flex h-13 items-center">
        <Switch
          label={t("matrix.switchModel", { id })}
          isOn={control.isOn}
          isMixed={targets.some((target) => !isOnBut(target, "model", id))}
          isPending={control.isPending}
          onToggle={control.toggle}
        />
      </span>
    </div>
  );
}

type RegionProps = { objectRef: ObjectRef; view: SwitchView; targets: readonly TargetView[] };

function RegionRow({ objectRef, view, targets }: RegionProps) {
  const { t } = useWords();
  const control = useSwitch(objectRef, view);
  return (
    <div className="flex min-h-13 items-center gap-3 border-t border-line first-of-type:border-t-0">
      <span className="min-w-0 flex-1">
        <span className="block truncate text-lead">{objectRef.id}</span>
        {control.write !== undefined && (
          <span className="block text-body text-fg-2">
            <ProofLine write={control.write} />
          </span>
        )}
      </span>
      <Switch
        label={t("matrix.switchRegion", { id: objectRef.id })}
        isOn={control.isOn}
        isMixed={targets.some((target) => !isOnBut(target, "region", objectRef.id))}
        isPending={control.isPending}
        onToggle={control.toggle}
      />
    </div>
  );
}

type RowProps = {
  target: TargetView;
  all: readonly TargetView[];
  onOpen: Open;
  metric: MatrixMetric;
};

function TargetRow({ target, all, onOpen, metric }: RowProps) {
  const { t, f } = useWords();
  const control = useSwitch({ type: "target", id: target.id }, target.switch);
  const state = shownState(target);
  const name = targetName(target, all);
  const { value, unit } = metricFigure(metricValue(target, metric), metric, f);
  return (
    <li className="flex gap-2.5 border-b border-line py-2.5 last:border-b-0">
      <Glyph state={state} size={16} className="mt-0.75 shrink-0" />
      <div className="min-w-0 flex-1">
        <button
          type="button"
          className="block min-h-11 w-full text-left"
          onClick={(event) => {
            onOpen({ type: "target", id: target.id }, event.currentTarget);
          }}
        >
          <span className="flex gap-2 text-lead">
            <span className="min-w-0 flex-1 truncate">
              {target.model} <span className="text-fg-2">{target.region}</span>
            </span>
            <span className="shrink-0">{unit === "" ? value : `${value} ${unit}`}</span>
          </span>
          <span className="block text-body text-fg-2">
            {t(stateKey(state))} ·{" "}
            {control.write === undefined ? (
              <WhyText target={target} />
            ) : (
              <ProofLine write={control.write} />
            )}
          </span>
        </button>
        <div className="mt-1.5">
          <Strip strip={target.strip} />
        </div>
      </div>
      <span className="flex h-6 items-center">
        <Switch
          label={name}
          isOn={control.isOn}
          isPending={control.isPending}
          onToggle={control.toggle}
        />
      </span>
    </li>
  );
}
