"use client";

import { memo } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { useMinute } from "@/components/lib/live/provider";
import { Glyph } from "@/components/ui/glyph";
import { Tag } from "@/components/ui/tag";
import type { CallView } from "@/lib/shared/contract";
import { noValue } from "@/lib/shared/format";
import { AttemptStrip } from "@/components/lib/calls/attempt-strip";
import { answererOf, callGlyph, outcomeKeyOf } from "@/components/lib/calls/outcome";
import { CallCost, CallFlags, CallTokens } from "./call-marks";

type Props = { calls: readonly CallView[]; onOpen: (id: string) => void };

/** For a desk: one line a call. The time opens its story; so does the rest of the line, for a pointer. */
export function CallsTable({ calls, onOpen }: Props) {
  const { t } = useWords();
  return (
    <div className="-mx-4 scroll-x px-4 max-md:hidden">
      <table className="data-table">
        <thead>
          <tr>
            <th scope="col">{t("calls.columns.time")}</th>
            <th scope="col">{t("calls.columns.app")}</th>
            <th scope="col">{t("calls.columns.asked")}</th>
            <th scope="col">{t("calls.columns.attempts")}</th>
            <th scope="col">{t("calls.columns.outcome")}</th>
            <th scope="col">{t("calls.columns.answered")}</th>
            <th scope="col" className="num">
              {t("calls.columns.ttft")}
            </th>
            <th scope="col" className="num">
              {t("calls.columns.total")}
            </th>
            <th scope="col" className="num">
              {t("calls.columns.tokens")}
            </th>
            <th scope="col" className="num">
              {t("calls.columns.cost")}
            </th>
          </tr>
        </thead>
        <tbody>
          {calls.map((call) => (
            <CallRow key={call.id} call={call} onOpen={onOpen} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

type RowProps = { call: CallView; onOpen: (id: string) => void };

/** A call in the log never changes: its id says whether the line is the same. */
const CallRow = memo(
  CallLine,
  (before, after) => before.call.id === after.call.id && before.onOpen === after.onOpen,
);

function CallLine({ call, onOpen }: RowProps) {
  const { t, f } = useWords();
  const nowMs = useMinute();
  const answerer = answererOf(call);
  return (
    <tr
      data-testid="call"
      className="cursor-pointer hover:bg-hover"
      onClick={() => {
        onOpen(call.id);
      }}
    >
      <td>
        <button
          type="button"
          data-item
          className="mono min-h-6 text-accent-text hover:underline"
          aria-label={t("calls.open", { time: f.clock(call.startedAt) })}
          onClick={(event) => {
            event.stopPropagation();
            onOpen(call.id);
          }}
        >
          {f.moment(call.startedAt, nowMs)}
        </button>
      </td>
      <td className="max-w-36 truncate text-fg-2" title={call.keyId ?? undefined}>
        {call.keyId ?? noValue} {call.demo && <Tag>{t("demo.tag")}</Tag>}
      </td>
      <td className="max-w-44 truncate" title={call.askedModel ?? undefined}>
        {call.askedModel ?? noValue}
      </td>
      <td className="max-w-lg whitespace-normal!">
        <AttemptStrip call={call} />
      </td>
      <td>
        <span className="inline-flex items-center gap-1.5">
          <Glyph state={callGlyph(call)} size={10} />
          {t(outcomeKeyOf(call))}
          {call.outcome !== "served" && <span className="text-fg-3">{call.status}</span>}
          <CallFlags call={call} />
        </span>
      </td>
      <td className="max-w-44 truncate" title={answerer?.model ?? undefined}>
        {answerer?.model ?? noValue} <span className="text-fg-3">{answerer?.region}</span>
      </td>
      <td className="num text-fg-2">{f.ms(call.ttftMs)}</td>
      <td className="num">{f.ms(call.totalMs)}</td>
      <td className="num text-fg-2">
        <CallTokens call={call} />
      </td>
      <td className="num">
        <CallCost call={call} />
      </td>
    </tr>
  );
}
