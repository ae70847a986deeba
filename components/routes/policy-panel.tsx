"use client";

import { useQuery } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { type KeyboardEvent, useId } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { policyQueries } from "@/components/lib/queries";
import { reasonText } from "@/components/lib/targets/why";
import { QueryState } from "@/components/shell/query-state";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/panel";
import type { PolicySetting, RoutePolicyView, RouteView } from "@/lib/shared/contract";
import { policyChange, settingKey, shownText, stepped, valueText, weekText } from "./policy";
import type { RouteDraft } from "./use-route-draft";

type Props = { route: RouteView; draft: RouteDraft };

const groups = ["time", "tries", "streams", "breaker", "bodies"] as const;
const dayMs = 86_400_000;

/** Every number of a route's policy: what it does, what it may be, and what it did last week. */
export function PolicyPanel({ route, draft }: Props) {
  const { t, f } = useWords();
  const query = useQuery(policyQueries.of(route.id));
  const { policy } = draft;
  return (
    <Panel
      id="policy"
      title={t("routes.policy.title")}
      subtitle={policy !== undefined && weekLine(policy)}
      className="mt-5"
    >
      {policy === undefined ? (
        <QueryState query={query} skeleton="h-96" />
      ) : (
        <>
          {!policy.editable && (
            <p className="run mb-3 text-fg-2">
              {t("routes.policy.fileOwned", { path: route.ownerPath ?? "" })}
            </p>
          )}
          <div className="-mx-4 border-t border-line">
            {groups.map((group) => (
              <Group key={group} group={group} policy={policy} draft={draft} />
            ))}
          </div>
        </>
      )}
    </Panel>
  );

  function weekLine({ week, generatedAt }: RoutePolicyView): string {
    if (week.calls === 0) {
      return t("routes.policy.noCalls");
    }
    return week.to - week.from < 7 * dayMs - dayMs / 24
      ? t("routes.policy.sincePart", { at: f.moment(week.from, generatedAt) })
      : t("routes.policy.since");
  }
}

type GroupProps = {
  group: (typeof groups)[number];
  policy: RoutePolicyView;
  draft: RouteDraft;
};

function Group({ group, policy, draft }: GroupProps) {
  const { t } = useWords();
  return (
    <fieldset className="grid gap-x-6 border-b border-line px-4 py-3 last:border-b-0 md:grid-cols-[96px_minmax(0,1fr)]">
      <legend className="float-left text-small font-strong">
        {t(`routes.policy.group.${group}`)}
      </legend>
      <div className="grid min-w-0 gap-y-3.5 md:col-start-2 max-md:mt-6">
        {policy.settings
          .filter((setting) => setting.group === group)
          .map((setting) => (
            <Setting key={setting.place} setting={setting} policy={policy} draft={draft} />
          ))}
      </div>
    </fieldset>
  );
}

type SettingProps = { setting: PolicySetting; policy: RoutePolicyView; draft: RouteDraft };

function Setting({ setting, policy, draft }: SettingProps) {
  const { t, f, say } = useWords();
  const id = useId();
  const { place, value, defaultValue } = setting;
  const problem = draft.problems.get(place);
  const isChanged = place in policyChange([setting], draft.typed);
  const did = weekText(place, policy.week, f);
  const reason = did?.values?.["reason"];
  const label = t(settingKey(place, "label"));
  const canReset =
    policy.editable && shownText(setting, draft.typed) !== "" && place in draft.typed;
  return (
    <div
      className="grid gap-x-6 gap-y-1 lg:grid-cols-[minmax(0,1fr)_260px]"
      data-testid={`policy-${place}`}
    >
      <div className="min-w-0">
        <label htmlFor={id} className="font-medium">
          {label}
        </label>{" "}
        <span className="mono text-micro text-fg-3">{place}</span>
        <p id={`${id}-does`} className="run text-small text-fg-2">
          {t(settingKey(place, "does"))}
        </p>
        {did !== null && (
          <p className="run text-small text-fg-3" data-testid="week">
            {say(
              typeof reason === "string"
                ? { ...did, values: { ...did.values, reason: reasonText(t, reason) } }
                : did,
            )}
          </p>
        )}
      </div>
      <div>
        <span className="flex items-center gap-1.5">
          <Field
            id={id}
            setting={setting}
            draft={draft}
            isReadOnly={!policy.editable}
            isWrong={problem !== undefined}
          />
          {canReset && (
            <Button
              tone="ghost"
              size="icon"
              aria-label={t("routes.policy.back", { name: label })}
              title={t("routes.policy.back", { name: label })}
              onClick={() => {
                draft.setSetting(place, value === null ? undefined : "");
              }}
            >
              <RotateCcw size={13} aria-hidden="true" />
            </Button>
          )}
        </span>
        <p id={`${id}-note`} className="run mt-0.5 text-micro text-fg-3">
          {[
            ...boundsOf(setting),
            defaultValue === null
              ? t("routes.policy.defaultOff")
              : t("routes.policy.default", { value: say(valueText(setting, defaultValue)) }),
            ...(isChanged
              ? [t("routes.policy.changed", { value: say(valueText(setting, value)) })]
              : []),
          ].join(" · ")}
        </p>
        {problem !== undefined && (
          <p id={`${id}-problem`} className="run mt-0.5 text-small font-medium" role="alert">
            {say(problem.key === "routes.policy.problem.exceeds" ? named(problem.values) : problem)}
          </p>
        )}
      </div>
    </div>
  );

  function boundsOf({ bounds }: PolicySetting): string[] {
    return bounds === null
      ? []
      : [
          t("routes.policy.bounds", {
            least: bounds.least,
            most: f.count(bounds.most),
          }),
        ];
  }

  function named(values: Readonly<Record<string, string | number>> = {}) {
    const other = t(settingKey(String(values["other"]), "label"));
    return { key: "routes.policy.problem.exceeds", values: { ...values, other } } as const;
  }
}

type FieldProps = {
  id: string;
  setting: PolicySetting;
  draft: RouteDraft;
  isReadOnly: boolean;
  isWrong: boolean;
};

function Field({ id, setting, draft, isReadOnly, isWrong }: FieldProps) {
  const { t, say } = useWords();
  const { place, bounds, value, defaultValue, options } = setting;
  const text = shownText(setting, draft.typed);
  const described = [`${id}-does`, `${id}-note`, ...(isWrong ? [`${id}-problem`] : [])].join(" ");
  if (bounds === null) {
    const isList = text !== "" && !options.map(String).includes(text);
    const set = (next: string): void => {
      const option = options.find((one) => String(one) === next);
      draft.setSetting(place, typeof option === "number" ? String(option) : option);
    };
    return (
      <select
        id={id}
        value={text === "" ? String(defaultValue) : text}
        disabled={isReadOnly}
        aria-describedby={described}
        onChange={(event) => {
          set(event.target.value);
        }}
        className="h-7.5 max-w-full min-w-0 rounded-control border border-line-control bg-surface px-2 disabled:text-fg-3 touch:h-11"
      >
        {isList && <option value={text}>{text}</option>}
        {options.map((option) => (
          <option key={String(option)} value={String(option)}>
            {say(valueText(setting, option))}
          </option>
        ))}
      </select>
    );
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const steps = stepsOf(event.key);
    if (steps !== 0 && !isReadOnly && !event.altKey) {
      event.preventDefault();
      draft.setSetting(place, stepped(setting, text, steps));
    }
  };
  const unit = bounds.unit;
  return (
    <>
      <input
        id={id}
        value={text}
        inputMode="decimal"
        autoComplete="off"
        readOnly={isReadOnly}
        placeholder={defaultValue === null ? "–" : String(defaultValue)}
        aria-invalid={isWrong || undefined}
        aria-describedby={described}
        onKeyDown={onKeyDown}
        onChange={(event) => {
          const next = event.target.value;
          const isSaved = next === (value === null ? "" : String(value));
          draft.setSetting(place, isSaved ? undefined : next);
        }}
        className="h-7.5 w-24 rounded-control border border-line-control bg-surface px-2.5 text-right tabular-nums placeholder:text-fg-3 read-only:text-fg-3 aria-invalid:border-down touch:h-11"
      />
      {(unit === "seconds" || unit === "milliseconds" || unit === "hours") && (
        <span className="text-small text-fg-3">{t(`routes.policy.unit.${unit}`)}</span>
      )}
    </>
  );
}

function stepsOf(key: string): number {
  switch (key) {
    case "ArrowUp":
      return 1;
    case "ArrowDown":
      return -1;
    case "PageUp":
      return 10;
    case "PageDown":
      return -10;
    default:
      return 0;
  }
}
