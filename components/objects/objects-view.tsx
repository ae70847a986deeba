"use client";

import { useQuery } from "@tanstack/react-query";
import { Link } from "@/components/ui/link";
import { useSearchParams } from "next/navigation";
import { useWords } from "@/components/lib/i18n/provider";
import { useHealth, useRange } from "@/components/lib/live/views";
import { listOf, type ObjectKind, pathOf } from "@/components/lib/object-kinds";
import { figuresQueries } from "@/components/lib/queries";
import { rangeText } from "@/components/lib/range-text";
import { shownRatio } from "@/components/lib/targets/availability";
import { isOnBut, worstState } from "@/components/lib/targets/state";
import { useSwitch } from "@/components/lib/writes/use-switch";
import { linkTo } from "@/components/shell/nav-links";
import { QueryState } from "@/components/shell/query-state";
import { RangeRow } from "@/components/shell/range-row";
import { Glyph } from "@/components/ui/glyph";
import { Panel } from "@/components/ui/panel";
import { Switch } from "@/components/ui/switch";
import { TableScroll } from "@/components/ui/table-scroll";
import type { HealthView, ObjectFigures, SwitchView } from "@/lib/shared/contract";
import { noValue } from "@/lib/shared/format";
import { errorsText } from "./errors-text";

type Props = { kind: ObjectKind };

const columns = [
  ["availability", true],
  ["attempts", true],
  ["errors", false],
  ["moved", true],
  ["ttft", true],
  ["speed", true],
  ["price", true],
  ["cost", true],
] as const;

/** Every model, or region: what people want, what is, and what it came to in the range. */
export function ObjectsView({ kind }: Props) {
  const { t, f } = useWords();
  const range = useRange();
  const health = useHealth().data;
  const query = useQuery(figuresQueries.list(kind, range));
  const objects = health?.[listOf[kind]] ?? [];
  const rows = query.data?.rows ?? [];
  return (
    <>
      <RangeRow />
      <Panel
        id="objects"
        title={t(`objects.title.${kind}`)}
        subtitle={t("objects.subtitle", { range: rangeText(range, t, f) })}
      >
        <QueryState query={query} skeleton="h-64" />
        {health !== undefined && objects.length === 0 && (
          <p className="run py-6 text-fg-2">{t("matrix.empty")}</p>
        )}
        {health !== undefined && query.data !== undefined && objects.length > 0 && (
          <TableScroll label={t(`objects.title.${kind}`)}>
            <table className="data-table">
              <thead>
                <tr>
                  <th scope="col">{t(`objects.${kind}`)}</th>
                  {columns.map(([key, isNumber]) => (
                    <th key={key} scope="col" className={isNumber ? "num" : undefined}>
                      {t(`objects.columns.${key}`)}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {objects.map(({ id, switch: view }) => (
                  <ObjectRow
                    key={id}
                    kind={kind}
                    id={id}
                    view={view}
                    health={health}
                    figures={rows.find((row) => row.id === id)}
                  />
                ))}
              </tbody>
            </table>
          </TableScroll>
        )}
      </Panel>
    </>
  );
}

type RowProps = {
  kind: ObjectKind;
  id: string;
  view: SwitchView;
  health: HealthView;
  figures: ObjectFigures | undefined;
};

function ObjectRow({ kind, id, view, health, figures }: RowProps) {
  const { t, f } = useWords();
  const search = useSearchParams();
  const control = useSwitch({ type: kind, id }, view);
  const targets = health.targets.filter((target) => target[kind] === id);
  const state = control.isOn ? worstState(targets) : "off";
  return (
    <tr data-testid={`object-${id}`}>
      <th scope="row" className="py-1! text-body! font-regular! text-fg!">
        <span className="flex min-w-52 items-center gap-2.5">
          <Switch
            label={t(kind === "model" ? "matrix.switchModel" : "matrix.switchRegion", { id })}
            isOn={control.isOn}
            isMixed={targets.some((target) => !isOnBut(target, kind, id))}
            isPending={control.isPending}
            onToggle={control.toggle}
          />
          <Glyph state={state} />
          <span className="min-w-0">
            <Link
              data-item
              href={linkTo(`${pathOf[kind]}/${encodeURIComponent(id)}`, search)}
              className="block max-w-52 truncate font-medium text-fg"
              title={id}
            >
              {id}
            </Link>
            <span className="block text-small text-fg-3">{t(`state.${state}`)}</span>
          </span>
        </span>
      </th>
      <td className="num">
        {figures === undefined ? noValue : f.percent(shownRatio(figures.availability))}
        <span className="block text-small text-fg-3">{samplesText(figures)}</span>
      </td>
      <td className="num">{f.compact(figures?.attempts ?? 0)}</td>
      <td className="max-w-64 truncate text-fg-2">{errorsText(figures?.errors ?? {}, t, f)}</td>
      <td className="num">
        {f.count(figures?.movedOut ?? 0)} / {f.count(figures?.movedIn ?? 0)}
      </td>
      <td className="num">
        {f.ms(figures?.ttftP50Ms ?? null)}
        <span className="block text-small text-fg-3">{f.ms(figures?.ttftP95Ms ?? null)}</span>
      </td>
      <td className="num">{speedText(figures?.tokensPerSecond ?? null)}</td>
      <td className="num">{f.money(figures?.costPerMTokNanoUsd ?? null)}</td>
      <td className="num">{f.money(figures?.costNanoUsd ?? null)}</td>
    </tr>
  );

  function samplesText(row: ObjectFigures | undefined): string {
    if (row === undefined || row.availability.source === "none") {
      return "";
    }
    const { n, source } = row.availability;
    return t(source === "probe" ? "matrix.probes" : "matrix.n", { n: f.compact(n) });
  }
}

/** Tokens a second, whole ones. */
export function speedText(tokensPerSecond: number | null): string {
  return tokensPerSecond === null ? noValue : String(Math.round(tokensPerSecond));
}
