"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@/components/ui/link";
import { useEffect, useEffectEvent, useState } from "react";
import { sendJson } from "@/components/lib/api";
import { failureText } from "@/components/lib/refusal-text";
import { useWords } from "@/components/lib/i18n/provider";
import { useNow } from "@/components/lib/live/provider";
import { useHealth } from "@/components/lib/live/views";
import { setupQueries } from "@/components/lib/queries";
import { reachOf, strandedRoutes } from "@/components/lib/targets/reach";
import { PageHead } from "@/components/shell/page-head";
import { QueryState } from "@/components/shell/query-state";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { Key } from "@/components/ui/key";
import { Segments } from "@/components/ui/segments";
import type { CreatedKey, HealthView, WriteResult } from "@/lib/shared/contract";
import type { DrillResult, SetupCallResult, SetupView as View } from "@/lib/shared/setup-contract";
import { CallPanel } from "./call-panel";
import { clockText, progressOf } from "./progress";
import { type Language, languages, snippet } from "./snippets";
import { Step } from "./step";

type Busy = "provider" | "key" | "call" | "drill" | null;

const drillMs = 60_000;
const model = "auto";

/** From nothing to a first call and a first rescue: four steps that tick themselves. */
export function SetupView() {
  const query = useQuery(setupQueries.view());
  const { t } = useWords();
  return (
    <div className="max-w-3xl">
      {query.data === undefined ? (
        <>
          <PageHead title={t("setup.page.title")}>{t("setup.page.lead")}</PageHead>
          <QueryState query={query} skeleton="h-96" />
        </>
      ) : (
        <Steps view={query.data} />
      )}
    </div>
  );
}

function Steps({ view }: { view: View }) {
  const { t } = useWords();
  const client = useQueryClient();
  const nowMs = useNow();
  const [startedAt] = useState(nowMs);
  const [made, setMade] = useState<CreatedKey | null>(null);
  const [language, setLanguage] = useState<Language>("curl");
  const [busy, setBusy] = useState<Busy>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [answer, setAnswer] = useState<SetupCallResult | null>(null);
  const [brokenAt, setBrokenAt] = useState<number | null>(null);
  const calls = useQuery(setupQueries.calls(made?.id ?? null)).data?.calls ?? [];
  const health = useHealth().data;
  const isStranded = health !== undefined && strandedRoutes(health).includes(model);
  const { first, rescued } = progressOf(calls, brokenAt);
  const endedAt = rescued === null ? nowMs : rescued.startedAt + rescued.totalMs;

  const work = (what: Busy, doing: () => Promise<void>): void => {
    setBusy(what);
    setProblem(null);
    doing()
      .catch((error: unknown) => {
        setProblem(failureText(error, t));
      })
      .finally(() => {
        setBusy(null);
      });
  };
  const addMock = (): void => {
    work("provider", async () => {
      await sendJson<WriteResult>({ method: "POST", path: "/api/setup/providers", body: {} });
      await client.invalidateQueries();
    });
  };
  const makeKey = (): void => {
    work("key", async () => {
      setMade(await sendJson<CreatedKey>({ method: "POST", path: "/api/setup/keys", body: {} }));
    });
  };
  const sendOnce = async (): Promise<void> => {
    if (made !== null) {
      const body = { key: made.secret, model };
      const order = { method: "POST", path: "/api/setup/calls", body } as const;
      setAnswer(await sendJson<SetupCallResult>(order));
      await client.invalidateQueries({ queryKey: setupQueries.calls(made.id).queryKey });
    }
  };
  const send = (): void => {
    work("call", sendOnce);
  };
  const breakIt = (): void => {
    const target = first?.attempts[0]?.targetId;
    if (made !== null && target !== undefined) {
      work("drill", async () => {
        const path = `/api/keys/${encodeURIComponent(made.id)}/drill`;
        const body = { target, forMs: drillMs };
        const { until } = await sendJson<DrillResult>({ method: "POST", path, body });
        setBrokenAt(until - drillMs);
        await sendOnce();
      });
    }
  };
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.metaKey || event.ctrlKey) && busy === null) {
      send();
    }
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      onKey(event);
    };
    window.addEventListener("keydown", listen);
    return () => {
      window.removeEventListener("keydown", listen);
    };
  }, []);

  const code = snippet(language, view.gatewayUrl, made?.secret ?? "");
  return (
    <>
      <PageHead
        title={t("setup.page.title")}
        aside={
          <span className="text-title font-medium" data-testid="setup-clock">
            <span className="sr-only">{t("setup.page.clock")} </span>
            {clockText(endedAt - startedAt)}
          </span>
        }
      >
        {t("setup.page.lead")}
      </PageHead>
      {problem !== null && (
        <p
          role="alert"
          className="run mb-4 rounded-control border border-line-strong bg-surface px-3 py-2"
        >
          {problem}
        </p>
      )}
      <ol className="rounded-panel border border-line bg-surface px-4 phone:-mx-4 phone:rounded-none phone:border-x-0">
        <Step
          number={1}
          title={t("setup.provider.title")}
          state={view.ready && !isStranded ? "done" : "now"}
        >
          <p className="run text-fg-2">{t(providerText(view, isStranded))}</p>
          <div className="mt-2 flex flex-wrap items-center gap-2">
            {!view.ready && view.mock && (
              <Button tone="primary" autoFocus disabled={busy !== null} onClick={addMock}>
                {t("setup.provider.mock")}
              </Button>
            )}
            {view.ready && isStranded && (
              <Link
                href={`/routes/${model}`}
                className="inline-flex min-h-6 items-center touch:min-h-11"
              >
                {t("setup.provider.why")}
              </Link>
            )}
            <Link href="/providers" className="inline-flex min-h-6 items-center touch:min-h-11">
              {t(view.ready ? "setup.provider.more" : "setup.provider.own")}
            </Link>
          </div>
        </Step>
        <Step number={2} title={t("setup.ownKey.title")} state={stateOf(view.ready, made !== null)}>
          {made === null ? (
            <>
              <p className="run text-fg-2">{t("setup.ownKey.lead")}</p>
              <Button
                tone="primary"
                className="mt-2"
                autoFocus
                disabled={busy !== null}
                onClick={makeKey}
              >
                {t("setup.ownKey.make")}
              </Button>
            </>
          ) : (
            <>
              <p className="run text-fg-2">{t("setup.ownKey.once", { id: made.id })}</p>
              <div className="mt-2 flex items-start gap-2 phone:flex-col">
                <code
                  data-testid="secret"
                  className="mono min-w-0 flex-1 rounded-control border border-line bg-sunken px-3 py-1 break-all"
                >
                  {made.secret}
                </code>
                <CopyButton text={made.secret} />
              </div>
            </>
          )}
        </Step>
        <Step
          number={3}
          title={t("setup.send.title")}
          state={stateOf(made !== null, first !== null)}
        >
          <p className="run text-fg-2">{t("setup.lead")}</p>
          <div className="mt-2">
            <Segments
              label={t("setup.send.languages")}
              options={languages.map((value) => ({
                value,
                label: t(`setup.send.language.${value}`),
              }))}
              value={language}
              onChange={setLanguage}
            />
          </div>
          <pre
            tabIndex={0}
            aria-label={t("setup.command")}
            className="mono mt-2 overflow-x-auto rounded-control border border-line bg-sunken px-3 py-2 text-small"
          >
            {code}
          </pre>
          <div className="mt-2 flex flex-wrap items-center gap-2">
            <Button
              tone={first === null ? "primary" : "plain"}
              autoFocus
              disabled={busy !== null}
              onClick={send}
            >
              {t("setup.send.send")}
            </Button>
            <CopyButton text={code} />
            <span className="text-small text-fg-3 phone:hidden">
              <Key>Ctrl ↵</Key> {t("setup.send.keys")}
            </span>
          </div>
        </Step>
        <Step
          number={4}
          title={t("setup.watch.title")}
          state={stateOf(made !== null, rescued !== null)}
        >
          <CallPanel
            first={first}
            rescued={rescued}
            answer={answer}
            isBusy={busy !== null}
            isAlone={health !== undefined && isAlone(health)}
            drillLeftMs={brokenAt === null ? null : brokenAt + drillMs - nowMs}
            onBreak={breakIt}
            tookMs={rescued === null ? null : endedAt - startedAt}
          />
        </Step>
      </ol>
    </>
  );
}

/** Whether a single target is all that can answer for the name. */
function isAlone(health: HealthView): boolean {
  const chain = health.routes.find(({ id }) => id === model)?.chain ?? [];
  return reachOf(chain, health).usable.length === 1;
}

function stateOf(isTurn: boolean, isDone: boolean): "waiting" | "now" | "done" {
  if (isDone) {
    return "done";
  }
  return isTurn ? "now" : "waiting";
}

function providerText({ ready, mock, mockOnly }: View, isStranded: boolean) {
  if (!ready) {
    return mock ? "setup.provider.lead" : "setup.provider.leadAlone";
  }
  if (isStranded) {
    return "setup.provider.stranded";
  }
  return mockOnly ? "setup.provider.mockOnly" : "setup.provider.ready";
}
