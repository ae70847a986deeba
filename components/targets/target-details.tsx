import type { ReactNode } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { useNow } from "@/components/lib/live/provider";
import { callsLink } from "@/components/lib/calls/link";
import { shownRatio } from "@/components/lib/targets/availability";
import { breakerTexts } from "@/components/lib/targets/breaker";
import { shownState, stateKey, targetName } from "@/components/lib/targets/state";
import { reasonText, sayLine, whyTexts } from "@/components/lib/targets/why";
import { Glyph } from "@/components/ui/glyph";
import { Link } from "@/components/ui/link";
import type { HealthView, TargetView } from "@/lib/shared/contract";
import { noValue } from "@/lib/shared/format";
import { metricNote } from "./metric";

type Props = { target: TargetView; health: HealthView };

/** All that is known of a target, in words and figures. */
export function TargetDetails({ target, health }: Props) {
  const { t, f, say } = useWords();
  const nowMs = useNow();
  const { lastError, lastProbe, availability, onNodes } = target;
  const state = shownState(target);
  const message = lastError?.message ?? null;
  const breaker = breakerTexts(target, f, nowMs).map((text) => sayLine(t, [text]));
  return (
    <>
      <p className="run mb-2.5">
        <Glyph state={state} className="mr-1.5 inline-block align-[-1px]" />
        <b className="font-medium">{t(stateKey(state))}</b>
        <span className="text-fg-2"> · {sayLine(t, whyTexts(target, f, nowMs))}</span>
      </p>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 border-t border-line py-2.5 text-small">
        <Row label={t("details.availability")}>
          {f.percent(shownRatio(availability))} ·{" "}
          {t(`details.source.${availability.source}`, { n: f.count(availability.n) })}
        </Row>
        <Row label={t("details.latency")}>
          {f.ms(target.p50Ms)} · {t("matrix.ttft", { ms: f.ms(target.ttftMs) })}
        </Row>
        <Row label={t("details.inFlight")}>
          {f.count(target.inFlight)} · {say(metricNote(target, "load", health.windowMs, f))}
        </Row>
        <Row label={t("details.breaker")}>
          {breaker.length === 0 ? noValue : breaker.map((line) => <p key={line}>{line}</p>)}
        </Row>
        {target.effectiveIntent === "enabled" && target.successors.length > 0 && (
          <Row label={t("details.ifItDies")}>
            {target.successors.map(({ route, target: id }) => (
              <p key={route} className="break-words">
                {t(id === null ? "details.nobodyFor" : "details.goesTo", {
                  route,
                  target: nameOf(id, health),
                })}
              </p>
            ))}
          </Row>
        )}
        <Row label={t("details.lastError")}>
          {lastError === null
            ? noValue
            : [
                lastError.status ?? reasonText(t, lastError.reason),
                t("details.ago", { ago: f.duration(nowMs - lastError.at) }),
              ].join(" · ")}
        </Row>
        {message !== null && (
          <dd className="mono col-span-2 line-clamp-3 rounded-control bg-sunken px-2 py-1 text-left break-words text-fg-2">
            {message}
          </dd>
        )}
        <Row label={t("details.lastProbe")}>
          {lastProbe === null
            ? noValue
            : [
                t(`details.verdict.${lastProbe.verdict}`),
                f.ms(lastProbe.latencyMs),
                t("details.ago", { ago: f.duration(nowMs - lastProbe.at) }),
              ].join(" · ")}
        </Row>
        <Row label={t("details.seenBy")}>
          {t("details.nodes", { count: onNodes.count, of: onNodes.of })}
        </Row>
        <Row label={t("details.upstream")}>
          <span className="mono break-all">{`${target.provider} · ${target.upstreamModel}`}</span>
        </Row>
      </dl>
      <p className="pb-2.5 text-small">
        <Link
          href={callsLink({ model: target.model, region: target.region })}
          className="inline-flex min-h-6 items-center touch:min-h-11"
        >
          {t("details.requests")}
        </Link>
      </p>
    </>
  );
}

function nameOf(id: string | null, { targets }: HealthView): string {
  const target = targets.find((one) => one.id === id);
  return target === undefined ? (id ?? "") : targetName(target, targets);
}

function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <>
      <dt className="whitespace-nowrap text-fg-3">{label}</dt>
      <dd className="text-right">{children}</dd>
    </>
  );
}
