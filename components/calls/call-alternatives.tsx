import { useQuery } from "@tanstack/react-query";
import { useWords } from "@/components/lib/i18n/provider";
import { callsQueries } from "@/components/lib/queries";
import { QueryState } from "@/components/shell/query-state";
import { Glyph } from "@/components/ui/glyph";
import type { CallAlternative, CallDetail } from "@/lib/shared/contract";
import { basisText, estimateText } from "./alternative-text";
import { planGlyph } from "./call-plan";
import { costText } from "./figures";
import { Section } from "./section";
import { planReason } from "./why-sentence";

/** A long chain has many: those behind are folded. */
const mostAtFirst = 5;

type Props = { call: CallDetail };

/** What the targets that the call did not try would probably have meant. */
export function CallAlternatives({ call }: Props) {
  const { t, f } = useWords();
  const tried = new Set(call.attempts.map(({ targetId }) => targetId));
  const hasOthers = call.plan.some(({ target }) => !tried.has(target));
  const query = useQuery({ ...callsQueries.alternatives(call.id), enabled: hasOthers });
  if (call.plan.length === 0) {
    return null;
  }
  const note = t("call.if.note", { total: f.span(call.totalMs), cost: costText(call, f) });
  return (
    <Section title={t("call.if.title")} {...(hasOthers && { note })}>
      {hasOthers ? (
        <div data-testid="alternatives">
          <QueryState query={query} skeleton="h-24" />
          {query.data !== undefined && (
            <Estimates call={call} alternatives={query.data.alternatives} />
          )}
        </div>
      ) : (
        <p className="text-small text-fg-2">
          {t(call.plan.length === 1 ? "call.if.onlyOne" : "call.if.allTried")}
        </p>
      )}
    </Section>
  );
}

type EstimatesProps = Props & { alternatives: readonly CallAlternative[] };

function Estimates({ call, alternatives }: EstimatesProps) {
  const { t } = useWords();
  if (alternatives.length === 0) {
    return <p className="text-small text-fg-2">{t("call.if.gone")}</p>;
  }
  const rest = alternatives.slice(mostAtFirst);
  return (
    <>
      <List call={call} alternatives={alternatives.slice(0, mostAtFirst)} />
      {rest.length > 0 && (
        <details className="border-t border-line text-small">
          <summary className="cursor-pointer py-1.5 text-fg-2 touch:py-3">
            {t("call.if.more", { n: rest.length })}
          </summary>
          <List call={call} alternatives={rest} />
        </details>
      )}
      <p className="run mt-1.5 text-small text-fg-3">{t("call.if.basis")}</p>
    </>
  );
}

function List({ call, alternatives }: EstimatesProps) {
  return (
    <ol>
      {alternatives.map((one) => (
        <li key={one.target} className="border-b border-line py-1.5 text-small last:border-b-0">
          <Estimate one={one} call={call} />
        </li>
      ))}
    </ol>
  );
}

function Estimate({ one, call }: Props & { one: CallAlternative }) {
  const { t, f } = useWords();
  const { target, provider, region, model, reason } = one;
  const glyph = planGlyph(one);
  const [, credential] = target.split("#");
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-2">
        <Glyph state={glyph} />
        <span className="truncate font-medium" title={target}>
          {model} / {region}
        </span>
        <span className="text-fg-3">
          {credential === undefined ? provider : `${provider} #${credential}`}
        </span>
        <span className="ml-auto text-right">{estimateText(one, call, t, f)}</span>
      </div>
      <p className="mt-0.5 text-fg-3" title={f.between(one.fromMs, one.toMs)}>
        {basisText(one, glyph === "healthy" ? null : planReason(t, reason), t)}
      </p>
    </>
  );
}
