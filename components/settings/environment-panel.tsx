"use client";

import type { UseQueryResult } from "@tanstack/react-query";
import { useWords } from "@/components/lib/i18n/provider";
import { QueryState } from "@/components/shell/query-state";
import { Panel } from "@/components/ui/panel";
import { TableScroll } from "@/components/ui/table-scroll";
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
    <TableScroll label={t("settings.environment.title")}>
      <table className="data-table">
        <thead>
          <tr>
            <th scope="col">{t("settings.environment.variable")}</th>
            {parts.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {names.map((name) => (
            <tr key={name}>
              <th
                scope="row"
                className="mono py-0! align-middle! text-body! font-regular! text-fg!"
              >
                {name}
              </th>
              {parts.map((part) => (
                <td
                  key={part.name}
                  className="mono max-w-72 truncate text-fg-2"
                  title={shown(part.environment, name)}
                >
                  {shown(part.environment, name)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}
