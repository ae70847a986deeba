"use client";

import { useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useWords } from "@/components/lib/i18n/provider";
import { useHeldOrder } from "@/components/lib/held-order";
import { useHealth, useRange } from "@/components/lib/live/views";
import { listOf, type ObjectKind } from "@/components/lib/object-kinds";
import { figuresQueries } from "@/components/lib/queries";
import { rangeText } from "@/components/lib/range-text";
import { NoModels } from "@/components/shell/no-models";
import { QueryState } from "@/components/shell/query-state";
import { RangeRow } from "@/components/shell/range-row";
import { Button } from "@/components/ui/button";
import { LoadBoundary } from "@/components/ui/load-boundary";
import { Panel } from "@/components/ui/panel";
import type { HealthView, ObjectRow } from "@/lib/shared/contract";
import { filtered, listed, sorted } from "./list";
import { ListBar } from "./list-bar";
import { ObjectsTable } from "./objects-table";
import { clearFilter, useChosen, useList } from "./use-list";

/** Fetched when something is chosen. */
const BulkBar = dynamic(() => import("./bulk-bar").then((module) => module.BulkBar), {
  ssr: false,
});

type Props = { kind: ObjectKind };

/** Every model, or region: what people want, what is, and what it came to in the range. */
export function ObjectsView({ kind }: Props) {
  const { t, f } = useWords();
  const range = useRange();
  const health = useHealth().data;
  const query = useQuery(figuresQueries.list(kind, range));
  const isEmpty = health?.[listOf[kind]].length === 0;
  return (
    <>
      <RangeRow />
      <Panel
        id="objects"
        title={t(`objects.title.${kind}`)}
        subtitle={t(`objects.subtitle.${kind}`, { range: rangeText(range, t, f) })}
      >
        <QueryState query={query} skeleton="h-64" />
        {isEmpty && <NoModels />}
        {health !== undefined && query.data !== undefined && !isEmpty && (
          <ObjectList kind={kind} health={health} rows={query.data.rows} />
        )}
      </Panel>
    </>
  );
}

type ListProps = Props & { health: HealthView; rows: readonly ObjectRow[] };

function ObjectList({ kind, health, rows }: ListProps) {
  const { t } = useWords();
  const list = useList(kind);
  const all = listed(kind, health, rows);
  const found = filtered(all, list.filter);
  const { order, inside } = useHeldOrder(sorted(found, list.sort));
  const byId = new Map(found.map((object) => [object.id, object]));
  const shown = order.flatMap((id) => byId.get(id) ?? []);
  const chosen = useChosen(order);
  return (
    <>
      <ListBar kind={kind} list={list} health={health} shown={shown.length} of={all.length} />
      {shown.length === 0 ? (
        <p className="run flex flex-wrap items-center gap-x-3 gap-y-2 py-6 text-fg-2">
          {t(`objects.noneMatch.${kind}`)}
          <Button size="sm" onClick={clearFilter}>
            {t("objects.clearFilter")}
          </Button>
        </p>
      ) : (
        <ObjectsTable kind={kind} list={list} objects={shown} chosen={chosen} inside={inside} />
      )}
      {chosen.ids.length > 0 && (
        <LoadBoundary fallback={null}>
          <BulkBar kind={kind} objects={shown} chosen={chosen} />
        </LoadBoundary>
      )}
    </>
  );
}
