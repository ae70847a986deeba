import { useWords } from "@/components/lib/i18n/provider";
import { Panel } from "@/components/ui/panel";
import type { ObjectView } from "@/lib/shared/contract";

type Props = { view: ObjectView };

const shown = 12;

/** Who answered in whose place. */
export function FlowTable({ view }: Props) {
  const { t, f } = useWords();
  return (
    <Panel
      id="flows"
      title={t("objects.charts.flows")}
      subtitle={t(`objects.charts.flowsNote.${view.kind}`)}
      className="xl:col-span-2"
    >
      {view.flows.length === 0 ? (
        <p className="run py-4 text-fg-2">{t("objects.noFlows")}</p>
      ) : (
        <table className="data-table">
          <thead>
            <tr>
              <th scope="col">{t("objects.flow.from")}</th>
              <th scope="col">{t("objects.flow.to")}</th>
              <th scope="col" className="num">
                {t("objects.flow.calls")}
              </th>
            </tr>
          </thead>
          <tbody>
            {view.flows.slice(0, shown).map(({ from, to, calls }) => (
              <tr key={`${from} ${to}`}>
                <td className="max-w-52 truncate phone:w-1/2 phone:max-w-0" title={from}>
                  {from}
                </td>
                <td className="max-w-52 truncate phone:w-1/2 phone:max-w-0" title={to}>
                  {to}
                </td>
                <td className="num">{f.count(calls)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}
