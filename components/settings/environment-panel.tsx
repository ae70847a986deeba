"use client";

import type { UseQueryResult } from "@tanstack/react-query";
import { useWords } from "@/components/lib/i18n/provider";
import { QueryState } from "@/components/shell/query-state";
import { Panel } from "@/components/ui/panel";
import { Cell, NameCell, StackedTable } from "@/components/ui/stacked-table";
import type { SettingsView } from "@/lib/shared/settings-contract";
import { noValue } from "@/lib/shared/format";

type Props = { query: UseQueryResult<SettingsView> };
type Environment = SettingsView["environment"];

/** What the deployment decided: it is changed where Bellwether is started. */
export function EnvironmentPanel({ query }: Props) {
  const { t } = useWords();
  const view = query.data;
  const told = view?.nodes.filter(
    ({ live, environment }) => live && Object.keys(environment).length > 0,
  );
  return (
    <Panel
      id="environment"
      title={t("settings.environment.title")}
      subtitle={t("settings.environment.note")}
    >
      <QueryState query={query} skeleton="h-40" />
      {view !== undefined && told !== undefined && (
        <EnvironmentTable
          parts={[
            { name: t("settings.environment.dashboard"), environment: view.environment },
            ...told.map(({ id, environment }) => ({ name: id, environment })),
          ]}
        />
      )}
    </Panel>
  );
}

type TableProps = { parts: readonly { name: string; environment: Environment }[] };

function EnvironmentTable({ parts }: TableProps) {
  const { t } = useWords();
  const names = [...new Set(parts.flatMap(({ environment }) => Object.keys(environment)))];
  const shown = (environment: Environment, name: string): string => {
    const value = environment[name];
    if (value === undefined) {
      return noValue;
    }
    return value ?? t("settings.environment.secret");
  };
  return (
    <StackedTable
      label={t("settings.environment.title")}
      columns={[t("settings.environment.variable"), ...parts.map(({ name }) => name)].map(
        (label) => ({ label, isNumber: false }),
      )}
    >
      {names.map((name) => (
        <tr key={name} role="row">
          <NameCell>
            <span className="mono">{name}</span>
          </NameCell>
          {parts.map((part) => (
            <Cell
              key={part.name}
              label={part.name}
              className="text-fg-2 md:max-w-72 md:truncate"
              title={shown(part.environment, name)}
            >
              <span className="mono">{shown(part.environment, name)}</span>
            </Cell>
          ))}
        </tr>
      ))}
    </StackedTable>
  );
}
