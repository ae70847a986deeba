"use client";

import { useQueryClient } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useWords } from "@/components/lib/i18n/provider";
import { useNow } from "@/components/lib/live/provider";
import { useApp, useHealth, useMetrics, useRecentMetrics } from "@/components/lib/live/views";
import { useTrouble } from "@/components/lib/live/trouble";
import { impairedSince, verdictOf, verdictTexts } from "@/components/lib/verdict";
import type { HealthView } from "@/lib/shared/contract";
import { Button } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { Tag } from "@/components/ui/tag";
import { AppFilter } from "./app-filter";
import { reachedApps, verdictFacts } from "./verdict-facts";

// Where there is traffic nobody needs it.
const SetupCard = dynamic(() => import("./setup-card").then((module) => module.SetupCard));

type Props = { gatewayUrl: string };

/** The one sentence: is anyone hurting, and what is the healer doing about it? */
export function VerdictView({ gatewayUrl }: Props) {
  const { t, f, say } = useWords();
  const client = useQueryClient();
  const nowMs = useNow();
  const health = useHealth().data;
  const recent = useRecentMetrics().data;
  const metrics = useMetrics().data;
  const trouble = useTrouble();
  const app = useApp();
  const input = { health, metrics: recent, trouble };
  const verdict = verdictOf(input);
  if (verdict === null) {
    return <Skeleton className="mb-6 h-15 max-w-xl" />;
  }
  const { headline, rest } = verdictTexts(verdict, input, f, nowMs);
  const facts = metrics === undefined ? [] : verdictFacts(metrics, f).map(say);
  const since = health === undefined ? null : impairedSince(health);
  const reached = recent === undefined ? null : reachedApps(recent.apps, f);
  const line = [
    ...(app === null || facts.length === 0 ? [] : [t("facts.ofApp", { app })]),
    ...facts,
    ...(since === null ? [] : [t("facts.since", { at: f.moment(since, nowMs) })]),
  ].join(" · ");
  const isUnused = health?.demo !== "excluded" && app === null && metrics?.totals.calls === 0;
  return (
    <div className="mb-6">
      <h1
        data-testid="verdict"
        data-verdict={verdict.kind}
        className="tight run max-w-4xl text-verdict font-medium text-balance phone:text-[21px] phone:text-pretty phone:leading-7"
      >
        <b className="font-strong">{say(headline)}</b>{" "}
        {rest.length > 0 && (
          <span className="text-fg-2 phone:mt-1.5 phone:block phone:text-lead phone:font-regular">
            {rest.map(say).join(" ")}
          </span>
        )}
      </h1>
      <div className="mt-1.5 flex flex-wrap items-end gap-x-4 gap-y-2 md:min-h-7.5">
        <div className="run min-w-0 flex-1 break-words text-fg-2 phone:basis-full phone:text-[14px]">
          {reached !== null && (
            <p className="break-words text-fg" data-testid="reached">
              {t("facts.reached", {
                apps: [
                  ...reached.apps.map(say),
                  ...(reached.more > 0 ? [t("facts.moreApps", { n: reached.more })] : []),
                ].join(", "),
              })}
            </p>
          )}
          {line !== "" && <p data-testid="facts">{line}</p>}
        </div>
        <AppFilter />
      </div>
      {trouble !== null && (
        <Button
          className="mt-3"
          onClick={() => {
            client.refetchQueries().catch(() => undefined);
          }}
        >
          {t("failure.retry")}
        </Button>
      )}
      <DemoNote demo={health?.demo} />
      {(isUnused || health?.demo === "only") && (
        <SetupCard gatewayUrl={gatewayUrl} isFirst={isUnused} />
      )}
    </div>
  );
}

function DemoNote({ demo }: { demo: HealthView["demo"] | undefined }) {
  const { t } = useWords();
  if (demo === undefined || demo === "off") {
    return null;
  }
  return (
    <p
      className="run mt-2 flex flex-wrap items-center gap-x-2 gap-y-1 text-fg-2"
      data-testid="demo"
    >
      {demo === "only" && <Tag>{t("demo.tag")}</Tag>}
      {t(demo === "only" ? "demo.only" : "demo.excluded")}
    </p>
  );
}
