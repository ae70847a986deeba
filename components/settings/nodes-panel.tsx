"use client";

import type { UseQueryResult } from "@tanstack/react-query";
import { useWords } from "@/components/lib/i18n/provider";
import { useNow } from "@/components/lib/live/provider";
import { QueryState } from "@/components/shell/query-state";
import { Glyph } from "@/components/ui/glyph";
import { Panel } from "@/components/ui/panel";
import { Cell, NameCell, StackedTable } from "@/components/ui/stacked-table";
import type { SettingsView } from "@/lib/shared/settings-contract";
import { noValue } from "@/lib/shared/format";

type Props = { query: UseQueryResult<SettingsView> };
type Node = SettingsView["nodes"][number];

const columns = ["node", "state", "revision", "lag", "heard", "started"] as const;
type Column = (typeof columns)[number];

/** Every gateway process: whether it lives, and whether it obeys the newest revision. */
export function NodesPanel({ query }: Props) {
  const { t } = useWords();
  const view = query.data;
  const label = (key: Column): string => t(`settings.nodes.columns.${key}`);
  return (
    <Panel
      id="nodes"
      title={t("settings.nodes.title")}
      // Nothing is known yet, and the line keeps its height.
      subtitle={
        view === undefined ? "\u00a0" : t("settings.nodes.note", { revision: view.revision })
      }
    >
      <QueryState query={query} skeleton="h-24" />
      {view?.nodes.length === 0 && <p className="run py-4 text-fg-2">{t("settings.nodes.none")}</p>}
      {view !== undefined && view.nodes.length > 0 && (
        <StackedTable
          label={t("settings.nodes.title")}
          columns={columns.map((key) => ({ label: label(key), isNumber: false }))}
        >
          {view.nodes.map((node) => (
            <NodeRow key={node.id} node={node} view={view} label={label} />
          ))}
        </StackedTable>
      )}
    </Panel>
  );
}

type RowProps = { node: Node; view: SettingsView; label: (key: Column) => string };

function NodeRow({ node, view, label }: RowProps) {
  const { t, f } = useWords();
  const nowMs = useNow();
  const { id, live, appliedRevision, refused, heartbeatAt, startedAt } = node;
  const ago = (at: number): string =>
    t("details.ago", { ago: f.duration(Math.max(0, nowMs - at)) });
  return (
    <tr role="row" data-testid={`node-${id}`}>
      <NameCell>
        <span className="mono">{id}</span>
      </NameCell>
      <Cell>
        <span className="inline-flex items-center gap-1.5">
          <Glyph state={live ? "healthy" : "no_data"} size={12} />
          {t(live ? "settings.nodes.live" : "settings.nodes.gone")}
        </span>
      </Cell>
      <Cell label={label("revision")}>
        r{appliedRevision}
        {refused !== null && (
          <span className="block text-small md:max-w-80 md:truncate" title={refused.problem}>
            {t("settings.nodes.refuses", { revision: refused.revision })}
          </span>
        )}
      </Cell>
      <Cell label={label("lag")}>{lag()}</Cell>
      <Cell label={label("heard")}>{ago(heartbeatAt)}</Cell>
      <Cell label={label("started")}>{ago(startedAt)}</Cell>
    </tr>
  );

  function lag(): string {
    if (!live) {
      return noValue;
    }
    const behind = view.revision - appliedRevision;
    if (behind > 0) {
      return t("settings.nodes.behind", { n: behind });
    }
    // A node that started later read the newest revision and never waited for it.
    const { revisedAt } = view;
    return revisedAt === null || node.appliedAt < revisedAt || node.startedAt > revisedAt
      ? t("settings.nodes.current")
      : t("settings.nodes.after", { span: f.span(node.appliedAt - revisedAt) });
  }
}
