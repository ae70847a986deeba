import { Search, Settings2 } from "lucide-react";
import dynamic from "next/dynamic";
import { useSearchParams } from "next/navigation";
import { useState } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import type { ObjectKind } from "@/components/lib/object-kinds";
import { useTypedText } from "@/components/lib/typed-text";
import { SavedViews } from "@/components/shell/saved-views";
import { Button } from "@/components/ui/button";
import { Chooser } from "@/components/ui/chooser";
import { LoadBoundary } from "@/components/ui/load-boundary";
import type { HealthView } from "@/lib/shared/contract";
import { urgency } from "@/components/lib/targets/state";
import { type List, sayInAddress } from "./use-list";

/** Fetched when it is first opened. */
const ColumnPicker = dynamic(
  () => import("./column-picker").then((module) => module.ColumnPicker),
  { ssr: false },
);

type Props = {
  kind: ObjectKind;
  list: List;
  health: HealthView;
  shown: number;
  of: number;
};

/** Narrows the list, and says which columns it has. */
export function ListBar({ kind, list, health, shown, of }: Props) {
  const { t } = useWords();
  const [isOpen, setOpen] = useState(false);
  const { state, provider, region, owner } = list.filter;
  const named = (ids: readonly { readonly id: string }[]) =>
    ids.map(({ id }) => ({ value: id, label: id }));
  const choosers = [
    ["state", state, urgency.map((value) => ({ value, label: t(`state.${value}`) }))],
    ["provider", provider, named(health.providers)],
    ...(kind === "model"
      ? ([
          ["region", region, named(health.regions)],
          [
            "owner",
            owner,
            (["file", "ui"] as const).map((value) => ({
              value,
              label: t(`objects.owners.${value}`),
            })),
          ],
        ] as const)
      : []),
  ] as const;
  return (
    <div className="mb-2 grid gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <NameFilter kind={kind} />
        {choosers.map(([name, value, options]) => (
          <Chooser
            key={name}
            label={t(`objects.filter.${name}`)}
            all={t(`objects.filter.${name}`)}
            value={value}
            options={options}
            onValue={(next) => {
              sayInAddress(name, next);
            }}
          />
        ))}
        <span role="status" className="text-small text-fg-3">
          {shown < of && t("objects.shown", { shown, of })}
        </span>
        <span className="ml-auto inline-flex flex-wrap gap-2">
          <SavedViews />
          <Button
            aria-expanded={isOpen}
            onClick={() => {
              setOpen(!isOpen);
            }}
          >
            <Settings2 size={14} aria-hidden="true" />
            {t("objects.layout")}
          </Button>
        </span>
      </div>
      {isOpen && (
        <LoadBoundary fallback={null}>
          <ColumnPicker kind={kind} list={list} />
        </LoadBoundary>
      )}
    </div>
  );
}

/** Takes effect as it is typed. */
function NameFilter({ kind }: { kind: ObjectKind }) {
  const { t } = useWords();
  const field = useTypedText(useSearchParams().get("q") ?? "");
  return (
    <span role="search" className="relative min-w-44 flex-1 md:max-w-64">
      <Search
        size={14}
        aria-hidden="true"
        className="pointer-events-none absolute top-1/2 left-2.5 -translate-y-1/2 text-fg-3"
      />
      <input
        type="search"
        data-filter
        value={field.text}
        maxLength={200}
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
        aria-label={t(`objects.find.${kind}`)}
        placeholder={t(`objects.find.${kind}`)}
        onChange={({ target }) => {
          field.type(target.value);
          field.say();
          sayInAddress("q", target.value);
        }}
        className="h-7.5 w-full rounded-control border border-line-control bg-surface pr-2.5 pl-8 text-small placeholder:text-fg-3 touch:h-11"
      />
    </span>
  );
}
