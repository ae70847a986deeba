"use client";

import { Link } from "@/components/ui/link";
import { useSearchParams } from "next/navigation";
import { Strip } from "@/components/charts/strip";
import { useWords } from "@/components/lib/i18n/provider";
import { useHealth } from "@/components/lib/live/views";
import { listOf, type ObjectKind, pathOf } from "@/components/lib/object-kinds";
import { callsLink } from "@/components/lib/calls/link";
import { isOnBut, targetName } from "@/components/lib/targets/state";
import { ProofLine } from "@/components/lib/writes/proof-line";
import { useSwitch } from "@/components/lib/writes/use-switch";
import { linkTo } from "@/components/shell/nav-links";
import { PageHead } from "@/components/shell/page-head";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/panel";
import { Switch } from "@/components/ui/switch";
import type { HealthView, SwitchView, TargetView } from "@/lib/shared/contract";
import { BreakerLine } from "./breaker-line";
import { StateLine } from "./state-line";
import { StatsLine } from "./stats-line";
import { TargetActions } from "./target-actions";
import { useTargetReading } from "./target-reading";
import { WhyLine } from "./why-line";

type Props = { kind: ObjectKind; id: string };

/** The head of one model's, or region's, page: its switch, and how each of its targets is. */
export function ObjectNow({ kind, id }: Props) {
  const { t } = useWords();
  const search = useSearchParams();
  const health = useHealth().data;
  const object = health?.[listOf[kind]].find((one) => one.id === id);
  return (
    <>
      <PageHead
        title={id}
        aside={
          <span className="flex flex-wrap gap-x-4 text-small">
            <Link href={callsLink({ [kind]: id })}>{t("objects.requests")}</Link>
            <Link href={linkTo(pathOf[kind], search)}>{t(`objects.all.${kind}`)}</Link>
          </span>
        }
      >
        {t(`objects.lead.${kind}`)}
      </PageHead>
      {health !== undefined && object === undefined && (
        <p className="run py-6 text-fg-2">{t(`objects.unknown.${kind}`, { id })}</p>
      )}
      {health !== undefined && object !== undefined && (
        <NowPanel kind={kind} id={id} view={object.switch} health={health} />
      )}
    </>
  );
}

type PanelProps = Props & { view: SwitchView; health: HealthView };

function NowPanel({ kind, id, view, health }: PanelProps) {
  const { t, f } = useWords();
  const control = useSwitch({ type: kind, id }, view);
  const targets = health.targets.filter((target) => target[kind] === id);
  const label = t(kind === "model" ? "matrix.switchModel" : "matrix.switchRegion", { id });
  return (
    <Panel
      id="now"
      title={t("objects.now")}
      subtitle={
        control.write === undefined ? (
          t("objects.nowIn", {
            intent: t(`intent.${view.intent}`),
            window: f.duration(health.windowMs),
          })
        ) : (
          <ProofLine write={control.write} />
        )
      }
      className="mb-5"
      aside={
        <span className="flex items-center gap-2 text-small text-fg-2">
          <span aria-hidden="true">{label}</span>
          <Switch
            label={label}
            isOn={control.isOn}
            isMixed={targets.some((target) => !isOnBut(target, kind, id))}
            isPending={control.isPending}
            onToggle={control.toggle}
          />
        </span>
      }
    >
      <ul className="-mx-4 grid grid-cols-[repeat(auto-fill,minmax(min(100%,256px),1fr))] border-t border-line">
        {targets.map((target) => (
          <TargetItem key={target.id} target={target} name={targetName(target, targets)} />
        ))}
      </ul>
    </Panel>
  );
}

function TargetItem({ target, name }: { target: TargetView; name: string }) {
  const { t } = useWords();
  const control = useSwitch({ type: "target", id: target.id }, target.switch);
  const reading = useTargetReading(target, "availability");
  return (
    <li data-target={target.id} className="-mt-px min-w-0 border-t border-line px-4 py-3">
      <p className="mb-1 truncate text-small font-medium" title={target.id}>
        {name}
      </p>
      <StateLine target={target} control={control} label={name} note={null} tabIndex={0} />
      <span className="sr-only">{reading}</span>
      <div className="mt-1.5">
        <Strip strip={target.strip} />
      </div>
      <StatsLine target={target} />
      <WhyLine target={target} write={control.write} />
      <BreakerLine target={target} />
      <TargetActions target={target} name={name}>
        {control.isOn && (
          <Button size="sm" onClick={control.turnOffUntil}>
            {t("form.turnOffUntil")}
          </Button>
        )}
      </TargetActions>
    </li>
  );
}
