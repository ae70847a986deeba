"use client";

import { Link } from "@/components/ui/link";
import { useWords } from "@/components/lib/i18n/provider";
import { useHealth } from "@/components/lib/live/views";
import { worstState } from "@/components/lib/targets/state";
import { QueryState } from "@/components/shell/query-state";
import { Glyph } from "@/components/ui/glyph";
import type { HealthView, RouteView } from "@/lib/shared/contract";

/** Every name that applications can ask for, with its chain as it stands now. */
export function RouteCards() {
  const { t } = useWords();
  const query = useHealth();
  const health = query.data;
  return (
    <>
      <QueryState query={query} skeleton="h-64" />
      {health?.routes.length === 0 && <p className="run py-6 text-fg-2">{t("routes.empty")}</p>}
      <ul className="grid gap-3">
        {health?.routes.map((route) => (
          <RouteCard key={route.id} route={route} health={health} />
        ))}
      </ul>
    </>
  );
}

function RouteCard({ route, health }: { route: RouteView; health: HealthView }) {
  const { t } = useWords();
  const owner = t(`routes.owner.${route.overridden ? "override" : route.owner}`, {
    path: route.ownerPath ?? "",
    revision: route.revision,
  });
  return (
    <li className="relative rounded-panel border border-line bg-surface px-4 py-3 hover:bg-hover">
      <div className="flex flex-wrap items-baseline gap-x-3">
        <h2 className="min-w-0 truncate text-lead font-strong">
          <Link
            data-item
            href={`/routes/${encodeURIComponent(route.id)}`}
            className="text-fg after:absolute after:inset-0 hover:no-underline"
          >
            {route.id}
          </Link>
        </h2>
        <span className="text-small text-fg-3">{owner}</span>
      </div>
      <ol
        className="mt-2 flex flex-wrap items-center gap-x-2 gap-y-1.5"
        aria-label={t("routes.chainOf", { id: route.id })}
      >
        {route.chain.map((model, index) => (
          <li key={model} className="inline-flex max-w-full items-center gap-2">
            {index > 0 && (
              <span aria-hidden="true" className="text-fg-3">
                →
              </span>
            )}
            <ChainModel model={model} health={health} />
          </li>
        ))}
      </ol>
      {route.chain.length < 2 && (
        <p className="mt-1.5 text-small text-fg-2">{t("routes.noFallback")}</p>
      )}
    </li>
  );
}

function ChainModel({ model, health }: { model: string; health: HealthView }) {
  const { t } = useWords();
  const intent = health.models.find(({ id }) => id === model)?.switch.intent ?? "enabled";
  const state =
    intent === "enabled"
      ? worstState(health.targets.filter((target) => target.model === model))
      : "off";
  return (
    <span className="inline-flex min-w-0 items-center gap-1.5 rounded-control border border-line bg-page px-2 py-0.75">
      <Glyph state={state} size={12} />
      <span className="truncate">{model}</span>
      <span className="text-small text-fg-3">{t(`state.${state}`)}</span>
    </span>
  );
}
