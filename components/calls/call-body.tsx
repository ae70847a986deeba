"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { actorName } from "@/components/lib/i18n/actor-name";
import { useWords } from "@/components/lib/i18n/provider";
import { useMinute } from "@/components/lib/live/provider";
import { callsQueries } from "@/components/lib/queries";
import { QueryState } from "@/components/shell/query-state";
import { Button } from "@/components/ui/button";
import type { BodyText, CallBody, CallDetail } from "@/lib/shared/contract";
import { Replay } from "./replay";
import { Section } from "./section";

type Props = { call: CallDetail; onOpen: (id: string) => void };

/** What the caller sent and got, where its route keeps that: shown to who asks for it, and not before. */
export function CallBodySection({ call, onOpen }: Props) {
  const { t, f } = useWords();
  const [isAsked, setAsked] = useState(false);
  const query = useQuery({ ...callsQueries.body(call.id), enabled: isAsked });
  const { bodyUntil } = call;
  if (bodyUntil === null) {
    return (
      <Section title={t("call.body.title")}>
        <p className="text-small text-fg-2">{t("call.body.notKept")}</p>
      </Section>
    );
  }
  // The instant stays on one line.
  const until = `${f.full(bodyUntil)} ${f.zone(bodyUntil)}`.replaceAll(" ", "\u00a0");
  return (
    <Section title={t("call.body.title")} note={t("call.body.until", { until })}>
      {!isAsked && (
        <Button
          size="sm"
          onClick={() => {
            setAsked(true);
          }}
        >
          {t("call.body.show")}
        </Button>
      )}
      {isAsked && <QueryState query={query} skeleton="h-24" />}
      {query.data !== undefined && <Opened body={query.data} />}
      {query.data?.state === "open" && query.data.request.missingBytes === 0 && (
        <Replay call={call} onOpen={onOpen} />
      )}
      <Openings call={call} isOpen={query.data?.state === "open"} />
    </Section>
  );
}

/** Opening is written down: who did it before, and that oneself just did. */
function Openings({ call, isOpen }: { call: CallDetail; isOpen: boolean }) {
  const { t, f } = useWords();
  const nowMs = useMinute();
  const { bodyOpenings } = call;
  return (
    <div className="mt-2 text-small text-fg-3" data-testid="openings">
      <p className="run">{t(isOpen ? "call.body.recorded" : "call.body.records")}</p>
      {bodyOpenings.length > 0 && (
        <ul>
          {bodyOpenings.map(({ at, actor }) => (
            <li key={at}>
              {t("call.body.openedBy", { name: actorName(t, actor), at: f.moment(at, nowMs) })}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Opened({ body }: { body: CallBody }) {
  const { t } = useWords();
  switch (body.state) {
    case "not_logged":
      return <p className="text-small text-fg-2">{t("call.body.notKept")}</p>;
    case "expired":
      return <p className="text-small text-fg-2">{t("call.body.expired")}</p>;
    case "key_changed":
      return <p className="text-small text-fg-2">{t("call.body.keyChanged")}</p>;
    case "open":
      return (
        <>
          <Words title={t("call.body.request")} words={body.request} />
          {body.answer === null ? (
            <p className="mt-2 text-small text-fg-2">{t("call.body.noAnswer")}</p>
          ) : (
            <Words title={t("call.body.answer")} words={body.answer} />
          )}
        </>
      );
  }
}

function Words({ title, words }: { title: string; words: BodyText }) {
  const { t, f } = useWords();
  return (
    <figure className="mt-2 first:mt-0">
      <figcaption className="text-small text-fg-3">{title}</figcaption>
      <pre className="mono mt-1 max-h-80 overflow-auto rounded-control bg-sunken px-3 py-2 text-small break-words whitespace-pre-wrap">
        {words.text}
      </pre>
      {words.missingBytes > 0 && (
        <p className="mt-1 text-small text-fg-2">
          {t("call.body.cut", { bytes: f.count(words.missingBytes) })}
        </p>
      )}
    </figure>
  );
}
