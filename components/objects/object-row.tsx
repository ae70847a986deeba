import { useSearchParams } from "next/navigation";
import type { ReactNode } from "react";
import { Strip } from "@/components/charts/strip";
import { callsLink } from "@/components/lib/calls/link";
import { useWords } from "@/components/lib/i18n/provider";
import { useMinute } from "@/components/lib/live/provider";
import { type ObjectKind, pathOf } from "@/components/lib/object-kinds";
import { OwnerTag } from "@/components/lib/owner-tag";
import { rangeBetween } from "@/components/lib/range";
import { shownRatio } from "@/components/lib/targets/availability";
import { isOnBut, placesOn } from "@/components/lib/targets/state";
import { reasonText } from "@/components/lib/targets/why";
import { WhyText } from "@/components/lib/targets/why-text";
import { ProofLine } from "@/components/lib/writes/proof-line";
import { useSwitch } from "@/components/lib/writes/use-switch";
import { linkTo } from "@/components/shell/nav-links";
import { Glyph } from "@/components/ui/glyph";
import { Link } from "@/components/ui/link";
import { Switch } from "@/components/ui/switch";
import type { DisplayState, ObjectRow as Figures, TargetView } from "@/lib/shared/contract";
import { noValue } from "@/lib/shared/format";
import { errorsText } from "./errors-text";
import { badMinutes, type Column, type ListedObject } from "./list";
import { RowCheck } from "./row-check";

type Props = {
  kind: ObjectKind;
  object: ListedObject;
  shown: readonly Column[];
  isChosen: boolean;
  onChoose: (isChosen: boolean) => void;
};

/** One model, or region: what somebody wants of it, how it is and why, and the figures that are asked for. */
export function ObjectRow({ kind, object, shown, isChosen, onChoose }: Props) {
  const { t } = useWords();
  const search = useSearchParams();
  const { id, targets, figures } = object;
  const control = useSwitch({ type: kind, id }, object.switch);
  const isHeld = object.state === "off" || object.state === "draining";
  const state = control.isOn || isHeld ? object.state : "off";
  const isMixed = targets.some((target) => !isOnBut(target, kind, id));
  return (
    <tr data-testid={`object-${id}`}>
      <th scope="row" className="text-body! font-regular! text-fg!">
        <span className="flex items-center gap-2 phone:grid phone:w-36 phone:grid-cols-[auto_auto_1fr] phone:gap-x-1">
          <RowCheck label={t("objects.choose", { id })} isOn={isChosen} onChange={onChoose} />
          <Switch
            label={t(kind === "model" ? "matrix.switchModel" : "matrix.switchRegion", { id })}
            isOn={control.isOn}
            isMixed={isMixed}
            isPending={control.isPending}
            onToggle={control.toggle}
          />
          <span className="min-w-0 phone:order-first phone:col-span-3 phone:pt-2">
            <Link
              data-item
              href={linkTo(`${pathOf[kind]}/${encodeURIComponent(id)}`, search)}
              className="block max-w-52 truncate font-medium text-fg"
              title={id}
            >
              {id}
            </Link>
            {isMixed && control.isOn && (
              <span className="list-sub text-small text-fg-2">
                {t(kind === "model" ? "matrix.regionsOn" : "matrix.modelsOn", {
                  ...placesOn(targets, kind, id),
                })}
              </span>
            )}
            {figures?.owner === "file" && (
              <span className="list-sub">
                <OwnerTag owner={figures.owner} ownerPath={figures.ownerPath} />
              </span>
            )}
          </span>
        </span>
      </th>
      <td>
        <span className="list-pair">
          <span className="flex shrink-0 items-center gap-1.5">
            <Glyph state={state} />
            {t(`state.${state}`)}
          </span>
          <span className="list-sub list-why text-small text-fg-2">
            {control.write === undefined ? (
              <Why kind={kind} object={object} state={state} />
            ) : (
              <ProofLine write={control.write} isShort />
            )}
          </span>
        </span>
      </td>
      {shown.map((column) => (
        <Cell key={column} column={column} object={object} />
      ))}
    </tr>
  );
}

/** Of what is well there is nothing to explain; of several, the one that is worst. */
function Why({
  kind,
  object: { worst, targets },
  state,
}: Pick<Props, "kind" | "object"> & { state: DisplayState }) {
  if (worst === undefined || state === "healthy") {
    return null;
  }
  const isOne = targets.length === 1 || state === "off" || state === "draining";
  const of = kind === "model" ? worst.region : worst.model;
  return <WhyText target={worst} of={isOne ? null : of} />;
}

function Cell({ column, object }: { column: Column; object: ListedObject }) {
  const { t, f } = useWords();
  const { figures, hour, lastError } = object;
  const number = (value: ReactNode, below?: ReactNode): ReactNode => (
    <td className="num">
      {value}
      {below !== undefined && <span className="list-sub text-small text-fg-3">{below}</span>}
    </td>
  );
  switch (column) {
    case "hour":
      return (
        <td>
          <span className="block w-24">
            <Strip strip={hour} />
          </span>
          <span className="sr-only">{t("objects.badMinutes", { n: badMinutes(hour) })}</span>
        </td>
      );
    case "availability":
      return number(
        figures === undefined ? noValue : f.percent(shownRatio(figures.availability)),
        samplesText(figures),
      );
    case "served":
      return number(f.percent(figures?.servedShare ?? null));
    case "attempts":
      return number(f.compact(figures?.attempts ?? 0));
    case "errors":
      return (
        <td className="max-w-64 truncate text-fg-2">{errorsText(figures?.errors ?? {}, t, f)}</td>
      );
    case "moved":
      return number(`${f.count(figures?.movedOut ?? 0)} / ${f.count(figures?.movedIn ?? 0)}`);
    case "ttft":
      return number(f.ms(figures?.ttftP50Ms ?? null), f.ms(figures?.ttftP95Ms ?? null));
    case "speed":
      return number(speedText(figures?.tokensPerSecond ?? null));
    case "price":
      return number(f.money(figures?.costPerMTokNanoUsd ?? null), listText(figures));
    case "cost":
      return number(f.money(figures?.costNanoUsd ?? null));
    case "error":
      return <td>{lastError === null ? noValue : <LastError error={lastError} />}</td>;
  }

  function samplesText(row: Figures | undefined): ReactNode {
    if (row === undefined || row.availability.source === "none") {
      return undefined;
    }
    const { n, source } = row.availability;
    return t(source === "probe" ? "matrix.probes" : "matrix.n", { n: f.compact(n) });
  }

  /** As it is written in the configuration: in, out and from the cache. */
  function listText(row: Figures | undefined): ReactNode {
    if (row === undefined || row.listPrice === null) {
      return undefined;
    }
    const { input, output, cachedInput } = row.listPrice;
    const prices = [input, output, cachedInput ?? null];
    const texts = prices.map((usd) => (usd === null ? noValue : f.money(usd * 1e9)));
    return texts.join(" · ");
  }
}

/** Tokens a second, whole ones. */
function speedText(tokensPerSecond: number | null): string {
  return tokensPerSecond === null ? noValue : String(Math.round(tokensPerSecond));
}

const aroundMs = 120_000;

/** What went wrong last, and the calls that began around then, whoever answered them in the end. */
function LastError({
  error: { at, reason, status },
}: {
  error: NonNullable<TargetView["lastError"]>;
}) {
  const { t, f } = useWords();
  const nowMs = useMinute();
  const cause = reasonText(t, reason);
  const text = status === null || cause === String(status) ? cause : `${cause} ${status}`;
  return (
    <span className="list-pair list-error">
      <Link className="shrink-0" href={callsLink({}, rangeBetween(at - aroundMs, at + 1_000))}>
        {f.moment(at, nowMs)}
      </Link>
      <span className="list-sub text-small text-fg-2" title={text}>
        {text}
      </span>
    </span>
  );
}
