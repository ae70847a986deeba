"use client";

import dynamic from "next/dynamic";
import { type ReactElement, type ReactNode, useCallback, useMemo, useRef, useState } from "react";
import { LoadBoundary } from "@/components/ui/load-boundary";
import { AnnotationLane } from "./annotation-lane";
import { ChartAxes } from "./chart-axes";
import { type Edges, type Frame, frameOf } from "./frame";
import { InTurn } from "./in-turn";
import type { LaneMark } from "./marks";
import { timeTicks } from "./outcome-rows";
import type { ReadLine } from "./reader";
import { beginReading, takePointedAt, useReading } from "./reading";
import { valueAxisWidth } from "./time-axis";
import { useWidth } from "./use-width";
import { useZoom } from "./use-zoom";

const Reader = dynamic(() => import("./reader").then((module) => module.Reader), { ssr: false });

type Props = {
  title: string;
  rows: readonly { readonly t: number }[];
  from: number;
  to: number;
  bucketMs: number;
  domain: readonly [number, number];
  isLog?: boolean;
  ticks: readonly number[];
  formatTime: (atMs: number) => string;
  formatValue: (value: number) => string;
  zone: string;
  height: number;
  edges: Edges;
  marks: readonly LaneMark[];
  onOpenMark: (mark: LaneMark) => void;
  /** What the cursor touches, and what is said there. */
  readLines: readonly ReadLine[];
  tooltip: ReactElement;
  /** Areas and lines. */
  series: (frame: Frame) => ReactNode;
  /** What stands over them and keeps its shape. */
  over: (frame: Frame) => ReactNode;
};

/** The server knows no widths: it draws on this many pixels, and the browser stretches them until it has measured. */
const unknownWidth = 1_000;

/**
 * Values over time: axes, areas and lines, which are drawn at once; and from the first time that somebody points at a
 * chart of the page on, Recharts' cursor and tooltip over them, for pointers and for arrow keys.
 */
export function Plot(props: Props) {
  const { title, rows, from, to, bucketMs, domain, ticks, formatTime, formatValue, zone } = props;
  const { height, edges, marks, onOpenMark, readLines, tooltip, series, over } = props;
  const { isLog = false } = props;
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const standIn = useRef<HTMLDivElement>(null);
  const isReading = useReading();
  const [isReadable, setReadable] = useState(false);
  const left = valueAxisWidth(Math.max(...ticks.map((tick) => formatValue(tick).length)), zone);
  const frame = useMemo(
    () => frameOf({ width: width ?? unknownWidth, height, left, edges, from, to, domain, isLog }),
    [width, height, left, edges, from, to, domain, isLog],
  );
  const { listeners, selected } = useZoom(width === null ? null : frame, bucketMs);
  const onReady = useCallback((surface: SVGSVGElement | null): void => {
    if (surface !== null) {
      handOver(surface, standIn.current);
      setReadable(true);
    }
  }, []);
  return (
    <div
      ref={box}
      className="relative size-full select-none"
      {...listeners}
      onPointerEnter={(event) => {
        if (!isReadable) {
          beginReading({ x: event.clientX, y: event.clientY });
        }
      }}
    >
      {width === null ? (
        <Unmeasured frame={frame}>{series(frame)}</Unmeasured>
      ) : (
        <svg className="absolute inset-0" width={width} height={height} aria-hidden data-drawing>
          <ChartAxes
            frame={frame}
            times={timeTicks(from, to)}
            values={ticks}
            formatTime={formatTime}
            formatValue={formatValue}
            zone={zone}
            below={edges.hours}
          />
          {series(frame)}
          {over(frame)}
        </svg>
      )}
      {selected !== null && (
        <div
          className="absolute bg-accent/15 ring-1 ring-accent"
          data-testid="zoom"
          style={{ ...selected, top: frame.top, height: frame.base - frame.top }}
        />
      )}
      {!isReadable && (
        <div
          ref={standIn}
          className="absolute inset-0"
          role="application"
          aria-label={title}
          tabIndex={0}
          onFocus={() => {
            beginReading(null);
          }}
        />
      )}
      {isReading && width !== null && (
        <LoadBoundary fallback={null}>
          <InTurn>
            <Reader
              title={title}
              rows={rows}
              lines={readLines}
              domain={domain}
              isLog={isLog}
              width={width}
              height={height}
              frame={frame}
              tooltip={tooltip}
              onReady={onReady}
            />
          </InTurn>
        </LoadBoundary>
      )}
      {width !== null && (
        <svg
          className="pointer-events-none absolute inset-0 [&_a]:pointer-events-auto"
          width={width}
          height={height}
          data-drawing
        >
          <AnnotationLane frame={frame} marks={marks} bucketMs={bucketMs} onOpen={onOpenMark} />
        </svg>
      )}
    </div>
  );
}

/** The focus or the pointer that asked for values is there already: neither has to move once more. */
function handOver(surface: SVGSVGElement, standIn: HTMLElement | null): void {
  if (standIn !== null && document.activeElement === standIn) {
    surface.focus();
  }
  const at = takePointedAt(surface.getBoundingClientRect());
  if (at !== null) {
    surface.dispatchEvent(
      new MouseEvent("mousemove", { bubbles: true, clientX: at.x, clientY: at.y }),
    );
  }
}

/** Shapes only: words would be stretched as well. */
function Unmeasured({ frame, children }: { frame: Frame; children: ReactNode }) {
  const { left, right, top, base } = frame;
  return (
    <svg
      className="absolute [&_*]:[vector-effect:non-scaling-stroke]"
      style={{
        left,
        top,
        width: `calc(100% - ${unknownWidth - right + left}px)`,
        height: base - top,
      }}
      viewBox={`${left} ${top} ${right - left} ${base - top}`}
      preserveAspectRatio="none"
      aria-hidden
    >
      {children}
    </svg>
  );
}
