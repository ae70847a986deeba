"use client";

import { useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useSearchParams } from "next/navigation";
import { useState } from "react";
import { actorName, actorTitle } from "@/components/lib/i18n/actor-name";
import { useWords } from "@/components/lib/i18n/provider";
import { useMinute } from "@/components/lib/live/provider";
import { useHealth, useRange } from "@/components/lib/live/views";
import { routesQueries } from "@/components/lib/queries";
import { windowOf } from "@/components/lib/range";
import { rangeText } from "@/components/lib/range-text";
import { linkTo } from "@/components/shell/nav-links";
import { PageHead } from "@/components/shell/page-head";
import { QueryState } from "@/components/shell/query-state";
import { RangeRow } from "@/components/shell/range-row";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import { Tag } from "@/components/ui/tag";
import type { HealthView, RoutesView, RouteView } from "@/lib/shared/contract";
import { noValue } from "@/lib/shared/format";
import { ChainChip } from "./chain-chip";
import { ownerText } from "./owner";
import { reachOf } from "@/components/lib/targets/reach";
import { isHeard } from "@/components/lib/targets/state";
import { othersShare, shareOf, tellsShares } from "./shares";
import { UnreachableLine } from "./unreachable";

/** Fetched when it is opened first. */
const NewRouteForm = dynamic(() => import("./new-route-form").then((m) => m.NewRouteForm), {
  ssr: false,
});

/** Every name that applications can ask for, with its chain as it stands now, and who answered for it in the range. */
export function RouteCards() {
  const { t } = useWords();
  const [isCreating, setCreating] = useState(false);
  const query = useHealth();
  const answers = useQuery(routesQueries.view(useRange()));
  const health = query.data;
  return (
    <>
      <PageHead
        title={t("nav.routes")}
        aside={
          <Button
            disabled={health === undefined}
            onClick={() => {
              setCreating(true);
            }}
          >
            {t("routes.create")}
          </Button>
        }
      >
        {t("routes.lead")}
      </PageHead>
      <RangeRow />
      <QueryState query={query} skeleton="h-64" />
      {health !== undefined && answers.isError && <QueryState query={answers} skeleton="h-9" />}
      {health?.routes.length === 0 && <p className="run py-6 text-fg-2">{t("routes.empty")}</p>}
      <ul className="grid grid-cols-[minmax(0,1fr)] gap-3">
        {health?.routes.map((route) => (
          <RouteCard key={route.id} route={route} health={health} view={answers.data} />
        ))}
      </ul>
      {isCreating && health !== undefined && (
        <NewRouteForm
          health={health}
          onClose={() => {
            setCreating(false);
          }}
        />
      )}
    </>
  );
}

type CardProps = { route: RouteView; health: HealthView; view: RoutesView | undefined };

function RouteCard({ route, health, view }: CardProps) {
  const { t, say } = useWords();
  const search = useSearchParams();
  const { id, chain } = route;
  const own = view?.routes.find((one) => one.id === id);
  const changed = own?.changed ?? null;
  const reach = reachOf(chain, health);
  return (
    <li
      data-testid={`route-${id}`}
      className="relative grid grid-cols-[minmax(0,1fr)] gap-2 rounded-panel border border-line bg-surface px-4 py-3 hover:bg-hover"
    >
      <div className="flex flex-wrap items-baseline gap-x-3">
        <h2 className="max-w-full min-w-0 truncate text-lead font-strong" title={id}>
          <Link
            data-item
            href={linkTo(`/routes/${encodeURIComponent(id)}`, search)}
            className="text-fg after:absolute after:inset-0 hover:no-underline"
          >
            {id}
          </Link>
        </h2>
        {route.owner === "file" && (
          <span className="text-small text-fg-3" title={route.ownerPath ?? undefined}>
            {say(ownerText(route))}
          </span>
        )}
        {changed !== null && <Changed changed={changed} />}
      </div>
      <UnreachableLine reach={reach} />
      <ol
        className="flex flex-wrap items-center gap-x-2 gap-y-1.5"
        aria-label={t("routes.chainOf", { id })}
      >
        {chain.map((model, index) => (
          <li key={model} className="inline-flex max-w-full items-center gap-2">
            {index > 0 && (
              <span aria-hidden="true" className="text-fg-3">
                →
              </span>
            )}
            <ChainModel
              model={model}
              health={health}
              share={own === undefined ? undefined : shareOf(own, [model])}
              isLastResort={index > 0 && index === chain.length - 1}
            />
          </li>
        ))}
      </ol>
      {chain.length < 2 && <p className="text-small text-fg-2">{t("routes.noFallback")}</p>}
      <p className="run text-small text-fg-3">
        {t("routes.card.depth", {
          models: chain.length,
          heard: isHeard(health) ? "yes" : "no",
          usable: reach.usable.length,
          targets: reach.targets.length,
        })}
        {view !== undefined && own !== undefined && (
          <>
            {" · "}
            <Shares view={view} own={own} chain={chain} />
          </>
        )}
      </p>
    </li>
  );
}

type Own = RoutesView["routes"][number];

function Changed({ changed: { revision, at, actor } }: { changed: NonNullable<Own["changed"]> }) {
  const { t, f } = useWords();
  const nowMs = useMinute();
  return (
    <Link
      href={`/changes?rev=${revision}`}
      title={actorTitle(actor)}
      className="relative z-1 ml-auto text-small touch:inline-flex touch:min-h-11 touch:items-center"
    >
      {t("routes.card.changed", {
        revision,
        name: actorName(t, actor),
        at: f.moment(at, nowMs),
      })}
    </Link>
  );
}

/** What is counted may begin so much of the range before or after it, and is told as the range. */
const slackShare = 0.05;

/** What the shares are of. */
function Shares({ view, own, chain }: { view: RoutesView; own: Own; chain: readonly string[] }) {
  const { t, f } = useWords();
  const nowMs = useMinute();
  const range = useRange();
  const values = { n: own.served, range: rangeText(range, t, f) };
  const others = othersShare(own, chain);
  const { fromMs, toMs } = windowOf(range, view.generatedAt);
  // In quarters of an hour, for 8 days, from the first call on.
  const isOther = Math.abs(view.from - fromMs) > (toMs - fromMs) * slackShare;
  return [
    t(tellsShares(own) ? "routes.card.shares" : "routes.card.sharesFew", values),
    ...(isOther ? [t("routes.card.since", { at: f.moment(view.from, nowMs) })] : []),
    ...(others === null ? [] : [t("routes.card.others", { share: f.percent(others) })]),
  ].join(" · ");
}

type ModelProps = {
  model: string;
  health: HealthView;
  /** Null: of too few calls; undefined: not read yet. */
  share: number | null | undefined;
  isLastResort: boolean;
};

function ChainModel({ model, health, share, isLastResort }: ModelProps) {
  const { t, f } = useWords();
  const intent = health.models.find(({ id }) => id === model)?.switch.intent ?? "enabled";
  return (
    <span className="inline-flex min-w-0 flex-wrap items-center gap-x-2 rounded-control border border-line bg-page px-2 py-0.75">
      <span className="min-w-0 truncate" title={model}>
        {model}
      </span>
      <ChainChip
        targets={health.targets.filter((target) => target.model === model)}
        isOff={intent !== "enabled"}
      />
      {share !== undefined && (
        <span className="text-small whitespace-nowrap">
          {share === null ? noValue : f.percent(share)}
        </span>
      )}
      {isLastResort && <Tag>{t("routes.lastResort")}</Tag>}
    </span>
  );
}
