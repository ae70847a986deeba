"use client";

import { useQuery } from "@tanstack/react-query";
import { Pause, Play, SkipBack, SkipForward } from "lucide-react";
import { useEffect, useEffectEvent, useMemo, useRef, useState } from "react";
import { CsvTool } from "@/components/charts/csv-tool";
import { Strip } from "@/components/charts/strip";
import { useWords } from "@/components/lib/i18n/provider";
import { filmQueries } from "@/components/lib/queries";
import { stateKey } from "@/components/lib/targets/state";
import { useFormFactor } from "@/components/lib/use-form-factor";
import { QueryState } from "@/components/shell/query-state";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/panel";
import type { FilmView, HealthView } from "@/lib/shared/contract";
import {
  cellsOf,
  filmAsOf,
  filmCsv,
  filmRows,
  filmState,
  nextTrouble,
  type Past,
  pastAt,
  stepAt,
} from "./film";
import { FilmGrid } from "./film-grid";
import { momentText } from "./moment-text";
import { TimeScale } from "./time-scale";
import { momentAsked } from "./use-past";

const stepMs = 120;

type Props = {
  health: HealthView;
  /** The moment that is looked at; null for now. */
  past: Past | null;
  onPast: (past: Past | null) => void;
};

/** When did it start? A day of every model, and the grid as it was at any step of it. */
export function FilmStrip({ health, past, onPast }: Props) {
  const { t, f } = useWords();
  const query = useQuery(filmQueries.view());
  const { data } = query;
  const film = useMemo(
    () => data && filmAsOf(data, health.targets, health.generatedAt),
    [data, health],
  );
  const isThere = film !== undefined;
  const showAsked = useEffectEvent(() => {
    const asked = momentAsked(new URLSearchParams(window.location.search));
    if (film !== undefined && asked !== null && asked < film.from + film.cellMs * cellsOf(film)) {
      onPast(pastAt(film, stepAt(film, asked)));
    }
  });
  useEffect(() => {
    if (isThere) {
      showAsked();
    }
  }, [isThere]);
  return (
    <Panel
      id="film"
      title={t("film.title")}
      subtitle={film && t("film.subtitle", { step: f.duration(film.cellMs) })}
      className="mb-5"
      aside={film && <CsvTool name="film" atMs={film.from} csv={() => filmCsv(film)} />}
    >
      <QueryState query={query} skeleton="h-48" />
      {film !== undefined && <Film film={film} health={health} past={past} onPast={onPast} />}
    </Panel>
  );
}

function Film({ film, health, past, onPast }: Props & { film: FilmView }) {
  const { t, f } = useWords();
  const formFactor = useFormFactor();
  const slider = useRef<HTMLInputElement>(null);
  const last = Math.max(0, cellsOf(film) - 1);
  const step = past === null ? last : stepAt(film, past.from);
  const [isPlaying, setPlaying] = useState(false);
  const choose = (next: number): void => {
    onPast(next >= last ? null : pastAt(film, Math.max(0, next)));
  };
  const goOn = useEffectEvent(() => {
    choose(step + 1);
  });
  useEffect(() => {
    if (!isPlaying) {
      return undefined;
    }
    const timer = setInterval(() => {
      goOn();
    }, stepMs);
    return () => {
      clearInterval(timer);
    };
  }, [isPlaying]);
  if (isPlaying && past === null) {
    setPlaying(false);
  }
  const models = health.models.map(({ id }) => id);
  const rows = useMemo(
    () =>
      filmRows(
        film,
        health.models.map(({ id }) => id),
      ),
    [film, health.models],
  );
  const from = film.from + step * film.cellMs;
  const time = momentText({ from, to: from + film.cellMs }, f);
  const hurt = film.targets.filter(({ strip }) => strip[step] === "down").length;
  const previous = nextTrouble(film, step, -1);
  const next = nextTrouble(film, step, 1);
  const share = `${(step / Math.max(1, last)) * 100}%`;
  return (
    <>
      <div className="grid grid-cols-[minmax(88px,160px)_minmax(0,1fr)] phone:grid-cols-[88px_minmax(0,1fr)] phone:gap-x-2 items-center gap-x-3 gap-y-1 overflow-x-clip">
        {rows.map(({ model, strip }) => (
          <div key={model} className="contents">
            <span className="truncate text-small text-fg-2" title={model}>
              {model}
            </span>
            <Strip strip={strip} />
          </div>
        ))}
        <span className="text-small text-fg-3">{f.zone(from)}</span>
        <div className="relative">
          <input
            ref={slider}
            type="range"
            data-time
            className="film-range block w-full"
            min={0}
            max={last}
            value={step}
            aria-label={t("film.at")}
            aria-valuetext={`${time}, ${t("film.down", { n: hurt })}`}
            onKeyDown={(event) => {
              const by = event.shiftKey ? tenSteps[event.key] : undefined;
              if (by !== undefined) {
                event.preventDefault();
                choose(step + by);
              }
            }}
            onChange={(event) => {
              choose(Number(event.target.value));
            }}
          />
          <TimeScale from={film.from} to={film.from + (last + 1) * film.cellMs} />
          <span
            aria-hidden="true"
            className="pointer-events-none absolute bottom-full w-px bg-fg"
            style={{ left: share, height: `${models.length * 24}px` }}
          />
        </div>
      </div>
      <div className="mt-3 flex flex-wrap items-center gap-2">
        <Button
          size="icon"
          aria-label={t("film.previous")}
          title={t("film.previous")}
          disabled={previous === null}
          onClick={() => {
            choose(previous ?? step);
          }}
        >
          <SkipBack size={14} aria-hidden="true" />
        </Button>
        <Button
          size="icon"
          aria-label={t(isPlaying ? "film.pause" : "film.play")}
          onClick={() => {
            onPast(past ?? pastAt(film, 0));
            setPlaying(!isPlaying);
          }}
        >
          {isPlaying ? (
            <Pause size={14} aria-hidden="true" />
          ) : (
            <Play size={14} aria-hidden="true" />
          )}
        </Button>
        <Button
          size="icon"
          aria-label={t("film.next")}
          title={t("film.next")}
          disabled={next === null}
          onClick={() => {
            choose(next ?? step);
          }}
        >
          <SkipForward size={14} aria-hidden="true" />
        </Button>
        <p className="run min-w-0" data-testid="film-time">
          <b className="mono font-medium">{time}</b>{" "}
          <span className="text-fg-2">{t("film.down", { n: hurt })}</span>
        </p>
        {past !== null && (
          <Button
            tone="link"
            size="sm"
            onClick={() => {
              onPast(null);
              slider.current?.focus();
            }}
          >
            {t("film.now")}
          </Button>
        )}
      </div>
      {past !== null && formFactor !== "desk" && (
        <FilmGrid
          caption={t("film.gridAt", { time })}
          models={models}
          regions={health.regions.map(({ id }) => id)}
          stateOf={(model, region) => {
            const own = film.targets.filter(
              (target) => target.model === model && target.region === region,
            );
            return own.map((target) => ({
              id: target.id,
              state: filmState(target.strip[step]),
              word: t(stateKey(filmState(target.strip[step]))),
            }));
          }}
        />
      )}
    </>
  );
}

const tenSteps: Readonly<Record<string, number>> = {
  ArrowLeft: -10,
  ArrowDown: -10,
  ArrowRight: 10,
  ArrowUp: 10,
};
