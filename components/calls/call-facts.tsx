import { useWords } from "@/components/lib/i18n/provider";
import type { CallDetail } from "@/lib/shared/contract";
import { noValue } from "@/lib/shared/format";
import { costText, rescuePrice, tokensText } from "./figures";
import { Section } from "./section";

type Props = { call: CallDetail };

/** What the call was, cost and used. */
export function CallFacts({ call }: Props) {
  const { t, f } = useWords();
  const rescue = rescuePrice(call, f);
  const facts: readonly (readonly [string, string])[] = [
    [t("call.facts.asked"), call.askedModel ?? noValue],
    [t("call.facts.route"), call.route ?? noValue],
    [t("calls.columns.app"), call.keyId ?? noValue],
    [t("call.facts.mode"), t(call.stream ? "call.facts.stream" : "call.facts.plain")],
    [t("calls.columns.total"), f.ms(call.totalMs)],
    [t("calls.columns.ttft"), f.ms(call.ttftMs)],
    [t("calls.columns.tokens"), tokensText(call, f)],
    [t("call.facts.cached"), call.cachedTokens === null ? noValue : f.count(call.cachedTokens)],
    [t("calls.columns.cost"), costText(call, f)],
    ...(rescue === null ? [] : [[t("call.facts.rescue"), rescueText(rescue)] as const]),
    [t("call.facts.status"), String(call.status)],
    [t("call.facts.needs"), needsText(call)],
    [t("call.facts.node"), call.nodeId],
    // What the caller says of its own call, under its own names.
    ...Object.entries(call.metadata ?? {}),
  ];
  return (
    <Section title={t("call.facts.title")}>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1.25 text-small">
        {facts.map(([label, value]) => (
          <div key={label} className="contents">
            <dt className="text-fg-3">{label}</dt>
            <dd className="text-right break-words">{value}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );

  function rescueText({ kind, amount }: NonNullable<ReturnType<typeof rescuePrice>>): string {
    return t(`call.facts.rescueIs.${kind}`, { amount, model: call.firstModel ?? noValue });
  }

  function needsText({ needs }: CallDetail): string {
    const known = needs.filter(isNeed).map((need) => t(`call.facts.need.${need}`));
    return known.length === 0 ? noValue : known.join(", ");
  }
}

function isNeed(need: string): need is "tools" | "vision" | "json" {
  return need === "tools" || need === "vision" || need === "json";
}
