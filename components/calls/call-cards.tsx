"use client";

import { useWords } from "@/components/lib/i18n/provider";
import { useMinute } from "@/components/lib/live/provider";
import { Glyph } from "@/components/ui/glyph";
import { Tag } from "@/components/ui/tag";
import type { CallView } from "@/lib/shared/contract";
import { noValue } from "@/lib/shared/format";
import { AttemptStrip } from "@/components/lib/calls/attempt-strip";
import { CallFlags } from "./call-marks";
import { costText } from "./figures";
import { callGlyph, outcomeKeyOf } from "@/components/lib/calls/outcome";

type Props = { calls: readonly CallView[]; onOpen: (id: string) => void };

/** For a hand: one card a call. */
export function CallCards({ calls, onOpen }: Props) {
  const { t, f } = useWords();
  const nowMs = useMinute();
  return (
    <ul className="-mt-1 md:hidden">
      {calls.map((call) => (
        <li key={call.id} className="border-t border-line first:border-t-0">
          <button
            type="button"
            data-item
            className="grid w-full grid-cols-[16px_minmax(0,1fr)_auto] gap-x-2 py-2.5 text-left"
            onClick={() => {
              onOpen(call.id);
            }}
          >
            <Glyph state={callGlyph(call)} size={14} className="mt-1" />
            <span className="truncate text-lead">{call.askedModel ?? noValue}</span>
            <span className="text-lead">{f.ms(call.totalMs)}</span>
            <span className="col-start-2 col-end-4 text-body text-fg-2">
              {t(outcomeKeyOf(call))} · <AttemptStrip call={call} />
            </span>
            <span className="col-start-2 col-end-4 flex gap-2 text-body text-fg-3">
              <span className="mono">{f.moment(call.startedAt, nowMs)}</span>
              <span className="truncate">{call.keyId}</span>
              <span>{costText(call, f)}</span>
              <CallFlags call={call} />
              {call.demo && <Tag>{t("demo.tag")}</Tag>}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
