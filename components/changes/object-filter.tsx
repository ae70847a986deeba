"use client";

import { X } from "lucide-react";
import { type SubmitEvent, useId, useState } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { useHealth } from "@/components/lib/live/views";
import type { HealthView } from "@/lib/shared/contract";
import { isObject } from "./object-name";
import { ask } from "./use-asked";

/** Narrows the feed to one object. Takes effect with Enter: half a name is no object. */
export function ObjectFilter({ object }: { object: string | null }) {
  const { t } = useWords();
  const [listId, problemId] = [useId(), useId()];
  const health = useHealth().data;
  const [typed, setTyped] = useState("");
  const [isWrong, setWrong] = useState(false);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const name = typed.trim();
    const isKnown = name === "" || isObject(name);
    setWrong(!isKnown);
    if (isKnown) {
      ask("object", name);
      setTyped("");
    }
  };
  return (
    <form
      role="search"
      onSubmit={submit}
      className="flex min-w-0 flex-1 flex-wrap items-center gap-2"
    >
      <input
        type="search"
        value={typed}
        list={listId}
        maxLength={200}
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
        aria-label={t("changes.object.label")}
        aria-invalid={isWrong || undefined}
        aria-describedby={problemId}
        placeholder={t("changes.object.placeholder")}
        onChange={(event) => {
          setTyped(event.target.value);
        }}
        className="mono h-7.5 w-72 max-w-full rounded-control border border-line-control bg-surface px-2.5 text-small placeholder:text-fg-3 aria-invalid:border-down touch:h-11 phone:w-full"
      />
      <datalist id={listId}>
        {objectNames(health).map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      {object !== null && (
        <button
          type="button"
          className="inline-flex h-6 max-w-full items-center gap-1 rounded-control border border-line-strong bg-surface px-2 text-small hover:bg-hover touch:h-11"
          aria-label={t("changes.object.without", { object })}
          onClick={() => {
            ask("object", null);
          }}
        >
          <span className="mono truncate" title={object}>
            {object}
          </span>
          <X size={12} aria-hidden="true" className="shrink-0 text-fg-3" />
        </button>
      )}
      <p id={problemId} role="alert" className="run w-full text-small text-fg-2 empty:hidden">
        {isWrong && t("changes.object.wrong")}
      </p>
    </form>
  );
}

function objectNames(health: HealthView | undefined): string[] {
  if (health === undefined) {
    return [];
  }
  const { routes, models, regions, providers, targets } = health;
  return [
    "settings",
    ...routes.map(({ id }) => `route:${id}`),
    ...models.map(({ id }) => `model:${id}`),
    ...regions.map(({ id }) => `region:${id}`),
    ...providers.map(({ id }) => `provider:${id}`),
    ...targets.map(({ id }) => `target:${id}`),
  ];
}
