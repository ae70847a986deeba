"use client";

import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { removeObject } from "@/components/lib/api";
import { useWords } from "@/components/lib/i18n/provider";
import { impactQueries } from "@/components/lib/queries";
import { useSave } from "@/components/lib/use-save";
import { storeDraft } from "@/components/lib/writes/draft";
import { FormProblem } from "@/components/shell/form-problem";
import { becauseTexts, movedRows } from "@/components/shell/impact-text";
import { useSaid } from "@/components/shell/said-fields";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Glyph } from "@/components/ui/glyph";
import type { ImpactRequest, RoutePolicyView, RouteView } from "@/lib/shared/contract";
import { standsText } from "./removal";

type Props = { route: RouteView; policy: RoutePolicyView | undefined; onClose: () => void };

/** Removing a route shows who asks for it, and asks for its name; one that cannot be removed here says why. */
export function RemoveRoute({ route, policy, onClose }: Props) {
  const { t, say } = useWords();
  const stands = standsText(route);
  return (
    <Dialog labelledBy="remove-route" shape="sheet" onClose={onClose}>
      <h2 id="remove-route" className="text-title font-strong break-words">
        {t("routes.removal.title", { id: route.id })}
      </h2>
      {stands === null ? (
        <RemovalForm route={route} policy={policy} onClose={onClose} />
      ) : (
        <>
          <p className="run mt-2 break-words text-fg-2">{say(stands)}</p>
          <div className="mt-4 flex justify-end">
            <Button onClick={onClose} data-autofocus="">
              {t("popover.close")}
            </Button>
          </div>
        </>
      )}
    </Dialog>
  );
}

function RemovalForm({ route: { id, revision }, policy, onClose }: Props) {
  const { t } = useWords();
  const router = useRouter();
  const save = useSave();
  const [reason, setReason] = useState("");
  const said = useSaid({ name: id, isGrave: true, reason, onReason: setReason });
  const remove = (ifMatch: number | null): void => {
    const path = `/api/routes/${encodeURIComponent(id)}?reason=${encodeURIComponent(said.reason ?? "")}`;
    save.run(
      t("providers.removedName", { id }),
      () => removeObject(path, ifMatch),
      () => {
        storeDraft(id, null);
        onClose();
        router.push("/routes");
      },
    );
  };
  return (
    <form
      className="mt-2 grid gap-3"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (said.isEnough()) {
          remove(revision);
        }
      }}
    >
      <Facts request={{ type: "route_removal", routeId: id }} weekCalls={policy?.week.calls} />
      {said.fields}
      <p className="run text-small text-fg-3">{t("confirm.undo")}</p>
      <FormProblem
        problem={save.problem}
        shownBy={() => false}
        onTheirs={onClose}
        onMine={() => {
          remove(null);
        }}
      />
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onClose}>{t("confirm.cancel")}</Button>
        <Button type="submit" tone="primary" disabled={save.isBusy}>
          {t("providers.remove")}
        </Button>
      </div>
    </form>
  );
}

type FactsProps = { request: ImpactRequest; weekCalls: number | undefined };

/** Who asks for it, as the server tells. */
function Facts({ request, weekCalls }: FactsProps) {
  const { t, f, say } = useWords();
  const { data: impact, isError } = useQuery(impactQueries.of(request));
  if (impact === undefined) {
    return <p className="run text-fg-2">{isError && t("confirm.unknown")}</p>;
  }
  const [calls = "", apps] = movedRows(impact, f).map(say);
  const rows = [
    [t("routes.removal.calls"), calls],
    [t("routes.removal.by"), apps],
    [
      t("routes.removal.week"),
      weekCalls === undefined ? undefined : t("routes.removal.weekCalls", { n: weekCalls }),
    ],
  ].filter(([, value]) => value !== undefined);
  return (
    <div>
      {becauseTexts(impact).map((text) => (
        <p key={text.key} className="run flex gap-2 text-fg-2">
          <Glyph state="down" className="mt-1 shrink-0" />
          {say(text)}
        </p>
      ))}
      <dl className="mt-2 grid grid-cols-[auto_minmax(0,1fr)] gap-x-5 gap-y-1.5 text-small">
        {rows.map(([label, value]) => (
          <div key={label} className="contents">
            <dt className="text-fg-3">{label}</dt>
            <dd className="text-right break-words">{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
