"use client";

import { useWords } from "@/components/lib/i18n/provider";
import { useNow } from "@/components/lib/live/provider";
import { targetName } from "@/components/lib/targets/state";
import { useSwitch } from "@/components/lib/writes/use-switch";
import { Button } from "@/components/ui/button";
import { Glyph } from "@/components/ui/glyph";
import { Link } from "@/components/ui/link";
import type { HealthView, RouteView, SwitchView } from "@/lib/shared/contract";
import { type Reach, reachOf } from "@/components/lib/targets/reach";

/** Says in a line that nobody can answer for a route, and why. */
export function UnreachableLine({ reach: { trouble, n } }: { reach: Reach }) {
  const { t } = useWords();
  return trouble === null ? null : (
    <p className="run flex gap-2 font-medium" data-testid="unreachable">
      <Glyph state={trouble} className="mt-1 shrink-0" />
      <span>{t(`routes.reach.${trouble}`, { n })}</span>
    </p>
  );
}

const mostSwitches = 3;

/** The same on the route's own page, with what can be done about it. */
export function UnreachableBanner({ route, health }: { route: RouteView; health: HealthView }) {
  const { t } = useWords();
  const reach = reachOf(route.chain, health);
  const { trouble, offModels, others } = reach;
  if (trouble === null) {
    return null;
  }
  const off = health.models.filter(({ id }) => offModels.includes(id)).slice(0, mostSwitches);
  return (
    <div className="mb-3 grid gap-1.5 rounded-panel border border-line-strong bg-surface px-4 py-3">
      <UnreachableLine reach={reach} />
      {trouble === "down" && <StillTried reach={reach} health={health} />}
      {others.length > 0 && (
        <p className="run break-words text-fg-2">
          {t("routes.reach.others", { models: others.join(", ") })}
        </p>
      )}
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        {off.map(({ id, switch: view }) => (
          <TurnOn key={id} model={id} view={view} />
        ))}
        <Link href="/matrix">{t("routes.reach.matrix")}</Link>
      </p>
    </div>
  );
}

function StillTried({ reach: { dueFirst }, health }: { reach: Reach; health: HealthView }) {
  const { t, f } = useWords();
  const nowMs = useNow();
  return (
    <p className="run text-fg-2">
      {dueFirst === null || dueFirst.until <= nowMs
        ? t("routes.reach.still")
        : t("routes.reach.stillFirst", {
            target: targetName(dueFirst, health.targets),
            wait: f.duration(dueFirst.until - nowMs),
          })}
    </p>
  );
}

function TurnOn({ model, view }: { model: string; view: SwitchView }) {
  const { t } = useWords();
  const control = useSwitch({ type: "model", id: model }, view);
  return (
    <Button disabled={control.isOn} onClick={control.toggle}>
      {t("routes.reach.turnOn", { model })}
    </Button>
  );
}
