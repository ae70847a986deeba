import { Link } from "@/components/ui/link";
import { actorName, actorTitle } from "@/components/lib/i18n/actor-name";
import { useWords } from "@/components/lib/i18n/provider";
import type { CallDetail } from "@/lib/shared/contract";
import { Section } from "./section";

type Props = { call: CallDetail };

/** Which version of what people decided the call followed, and whose it was. */
export function CallRevision({ call: { revision, decidedBy, startedAt } }: Props) {
  const { t, f } = useWords();
  return (
    <Section title={t("call.revision.title")}>
      <p
        className="run text-small text-fg-2"
        title={decidedBy === null ? undefined : actorTitle(decidedBy.actor)}
      >
        <Link href={`/changes?rev=${revision}`} className="underline underline-offset-3">
          {`r${revision}`}
        </Link>{" "}
        {decidedBy === null
          ? t("call.revision.gone")
          : t("call.revision.by", {
              name: actorName(t, decidedBy.actor),
              at: f.moment(decidedBy.at, startedAt),
            })}
      </p>
    </Section>
  );
}
