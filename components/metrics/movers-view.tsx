"use client";

import { useQuery } from "@tanstack/react-query";
import { Link } from "@/components/ui/link";
import { useSearchParams } from "next/navigation";
import { useWords } from "@/components/lib/i18n/provider";
import { useApp, useHealth, useRange } from "@/components/lib/live/views";
import { moversQueries } from "@/components/lib/queries";
import { shownState } from "@/components/lib/targets/state";
import { linkTo } from "@/components/shell/nav-links";
import { QueryState } from "@/components/shell/query-state";
import { Glyph, type GlyphState } from "@/components/ui/glyph";
import { Panel } from "@/components/ui/panel";
import type { Mover, MoversView as View } from "@/lib/shared/contract";
import { moverChange, moverValue } from "./mover-texts";

const weekMs = 7 * 86_400_000;

/** What moved most against the same hours before? */
export function MoversView() {
  const { t, f } = useWords();
  const query = useQuery(moversQueries.view(useRange()));
  const app = useApp();
  const view = query.data;
  const subtitle =
    view &&
    [
      view.shiftMs === weekMs
        ? t("movers.week")
        : t("movers.before", { span: f.duration(view.shiftMs) }),
      ...(app === null ? [] : [t("movers.allApps")]),
    ].join(" · ");
  return (
    <Panel id="movers" title={t("movers.title")} subtitle={subtitle}>
      <QueryState query={query} skeleton="h-52" />
      {view?.rows.length === 0 && (
        <p className="run py-4 text-fg-2">
          {t(view.compared === 0 ? "movers.nothing" : "movers.empty")}
        </p>
      )}
      {view !== undefined && view.rows.length > 0 && (
        <>
          <Movers view={view} />
          <MoverList rows={view.rows} />
        </>
      )}
    </Panel>
  );
}

function Movers({ view }: { view: View }) {
  const { t } = useWords();
  const targets = useHealth().data?.targets ?? [];
  const before = view.shiftMs === weekMs ? "week" : "before";
  const stateOf = (id: string): GlyphState => {
    const target = targets.find((one) => one.id === id);
    return target === undefined ? "no_data" : shownState(target);
  };
  return (
    <div className="-mx-4 scroll-x px-4 max-md:hidden">
      <table className="data-table" data-testid="movers">
        <thead>
          <tr>
            <th scope="col">{t("movers.target")}</th>
            <th scope="col">{t("movers.measure")}</th>
            <th scope="col" className="num">
              {t("movers.now")}
            </th>
            <th scope="col" className="num">
              {t(`movers.former.${before}`)}
            </th>
            <th scope="col">{t("movers.change")}</th>
            <th scope="col" className="num">
              {t("movers.affected")}
            </th>
          </tr>
        </thead>
        <tbody>
          {view.rows.map((row) => (
            <MoverRow key={row.target} row={row} state={stateOf(row.target)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function MoverRow({ row, state }: { row: Mover; state: GlyphState }) {
  const { t, f, say } = useWords();
  const search = useSearchParams();
  const { model, region, measure, now, former, n, formerN, affected } = row;
  return (
    <tr>
      <th scope="row" className="text-body! font-regular! text-fg!">
        <span className="flex max-w-72 items-center gap-2">
          <Glyph state={state} />
          <Link
            href={linkTo(`/models/${encodeURIComponent(model)}`, search)}
            className="truncate font-medium text-fg"
            title={row.target}
          >
            {model}
          </Link>
          <span className="text-fg-2">{region}</span>
        </span>
      </th>
      <td className="text-fg-2">{t(`movers.of.${measure}`)}</td>
      <td className="num font-medium">
        {moverValue(measure, now, f)}
        <span className="block text-micro font-regular text-fg-3">
          {t("tiles.n", { n: f.compact(n) })}
        </span>
      </td>
      <td className="num text-fg-2">
        {moverValue(measure, former, f)}
        <span className="block text-micro text-fg-3">
          {t("tiles.n", { n: f.compact(formerN) })}
        </span>
      </td>
      <td className="text-fg-2">{say(moverChange(row, f))}</td>
      <td className="num">{f.compact(affected)}</td>
    </tr>
  );
}

/** The same for a hand: a line for each. */
function MoverList({ rows }: { rows: readonly Mover[] }) {
  const { t, f, say } = useWords();
  const search = useSearchParams();
  return (
    <ul className="md:hidden">
      {rows.map((row) => {
        const { target, model, region, measure, now, former, affected } = row;
        return (
          <li key={target} className="border-t border-line py-2.5 first:border-t-0 first:pt-0">
            <Link
              href={linkTo(`/models/${encodeURIComponent(model)}`, search)}
              className="flex min-h-6 gap-1.5 text-lead text-fg"
            >
              <span className="truncate">{model}</span>
              <span className="text-fg-2">{region}</span>
            </Link>
            <p className="run text-fg-2">
              {t("movers.line", {
                measure: t(`movers.of.${measure}`),
                now: moverValue(measure, now, f),
                former: moverValue(measure, former, f),
                change: say(moverChange(row, f)),
                n: f.compact(affected),
              })}
            </p>
          </li>
        );
      })}
    </ul>
  );
}
