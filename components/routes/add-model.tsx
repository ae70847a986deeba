"use client";

import { clsx } from "clsx";
import { Plus } from "lucide-react";
import { type KeyboardEvent, useId, useState } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { Glyph } from "@/components/ui/glyph";
import type { ChainModel } from "@/lib/shared/contract";
import { lacksTexts } from "./lacks";

type Props = {
  models: readonly string[];
  known: readonly ChainModel[];
  callsInWeek: number;
  onAdd: (model: string) => void;
};

const shown = 8;

/** Finds a model by its name and puts it into the chain; what it could not do for the week's calls stands beside it. */
export function AddModel({ models, known, callsInWeek, onAdd }: Props) {
  const { t, f, say } = useWords();
  const id = useId();
  const [text, setText] = useState("");
  const [isOpen, setOpen] = useState(false);
  const [place, setPlace] = useState(0);
  const wanted = text.trim().toLowerCase();
  const found = models.filter((model) => model.toLowerCase().includes(wanted)).slice(0, shown);
  const active = Math.min(place, found.length - 1);
  const choose = (model: string | undefined): void => {
    if (model !== undefined) {
      onAdd(model);
      setText("");
      setOpen(false);
      setPlace(0);
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) {
      return;
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setOpen(true);
      const by = event.key === "ArrowDown" ? 1 : -1;
      setPlace(isOpen ? (active + by + found.length) % Math.max(1, found.length) : 0);
    } else if (event.key === "Enter") {
      event.preventDefault();
      choose(isOpen ? found[active] : undefined);
    } else if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      setOpen(false);
    }
  };
  if (models.length === 0) {
    return <p className="text-small text-fg-3">{t("routes.addAll")}</p>;
  }
  return (
    <div className="relative w-full max-w-80">
      <Plus
        size={14}
        aria-hidden="true"
        className="pointer-events-none absolute top-1/2 left-2.5 -translate-y-1/2 text-fg-3"
      />
      <input
        role="combobox"
        aria-label={t("routes.add")}
        aria-expanded={isOpen}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={isOpen && found.length > 0 ? `${id}-${active}` : undefined}
        aria-describedby={`${id}-hint`}
        placeholder={t("routes.add")}
        value={text}
        autoComplete="off"
        spellCheck={false}
        autoCapitalize="off"
        onChange={(event) => {
          setText(event.target.value);
          setPlace(0);
          setOpen(true);
        }}
        onClick={() => {
          setOpen(true);
        }}
        onBlur={() => {
          setOpen(false);
        }}
        onKeyDown={onKeyDown}
        className="h-7.5 w-full rounded-control border border-line-control bg-surface pr-2.5 pl-8 placeholder:text-fg-2 touch:h-11"
      />
      <span id={`${id}-hint`} className="sr-only">
        {t("routes.addHint")}
      </span>
      <ul
        id={`${id}-list`}
        role="listbox"
        aria-label={t("routes.add")}
        hidden={!isOpen}
        className="absolute bottom-full left-0 z-20 mb-1 max-h-80 w-full min-w-72 overflow-y-auto rounded-panel border border-line bg-raised py-1 shadow-pop"
      >
        {found.map((model, index) => (
          <li
            key={model}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === active}
            // The field keeps the focus: it would close the list otherwise.
            onPointerDown={(event) => {
              event.preventDefault();
            }}
            onClick={() => {
              choose(model);
            }}
            className={clsx(
              "cursor-pointer px-3 py-1.5 touch:py-3",
              index === active && "bg-selected",
            )}
          >
            <Option model={known.find((one) => one.id === model)} name={model} />
          </li>
        ))}
        {found.length === 0 && (
          <li role="option" aria-selected={false} aria-disabled className="px-3 py-1.5 text-fg-3">
            {t("routes.addNone")}
          </li>
        )}
      </ul>
    </div>
  );

  function Option({ model, name }: { model: ChainModel | undefined; name: string }) {
    const price = model?.priceUsdPerMTok;
    return (
      <>
        <span className="flex items-baseline justify-between gap-3">
          <span className="truncate font-medium">{name}</span>
          {price !== undefined && price !== null && (
            <span className="text-small whitespace-nowrap text-fg-3">
              {`${f.money(price.input * 1e9)} · ${f.money(price.output * 1e9)}`}
            </span>
          )}
        </span>
        {model !== undefined &&
          lacksTexts(model, callsInWeek, f).map((line) => (
            <span key={line.key} className="run mt-0.5 flex gap-1.5 text-small text-fg-2">
              <Glyph state="degraded" size={10} className="mt-1 shrink-0" />
              <span>{say(line)}</span>
            </span>
          ))}
      </>
    );
  }
}
