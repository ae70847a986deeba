"use client";

import { type SubmitEvent, useState } from "react";
import { sendJson } from "@/components/lib/api";
import { useWords } from "@/components/lib/i18n/provider";
import { failureText } from "@/components/lib/refusal-text";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import type { CallDetail, ReplayResult } from "@/lib/shared/contract";

type Props = { call: CallDetail; onOpen: (id: string) => void };

type State =
  | { kind: "ready" | "busy" }
  | { kind: "problem"; text: string }
  | { kind: "done"; result: ReplayResult };

/** Sends a call once more. It costs money, and somebody's: the person gives the key that it is counted against. */
export function Replay({ call, onOpen }: Props) {
  const { t, f } = useWords();
  const [isOpen, setOpen] = useState(false);
  const [key, setKey] = useState("");
  const [state, setState] = useState<State>({ kind: "ready" });
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const secret = key.trim();
    if (!/^[!-~]+$/.test(secret)) {
      setState({ kind: "problem", text: t("refusal.key_characters") });
      return;
    }
    setState({ kind: "busy" });
    sendJson<ReplayResult>({
      method: "POST",
      path: `/api/calls/${call.id}/replay`,
      body: { key: secret },
    }).then(
      (result) => {
        setState({ kind: "done", result });
      },
      (error: unknown) => {
        setState({ kind: "problem", text: failureText(error, t) });
      },
    );
  };
  if (!isOpen) {
    return (
      <Button
        size="sm"
        className="mt-3"
        onClick={() => {
          setOpen(true);
        }}
      >
        {t("call.replay.open")}
      </Button>
    );
  }
  const isBusy = state.kind === "busy";
  return (
    <form onSubmit={submit} noValidate className="mt-3 grid gap-2" data-testid="replay">
      <p className="run text-small text-fg-2">
        {call.costNanoUsd === null
          ? t("call.replay.leadFree")
          : t("call.replay.lead", { cost: f.money(call.costNanoUsd) })}
      </p>
      <Field
        label={t("call.replay.key")}
        hint={t("call.replay.keyHint")}
        type="password"
        autoFocus
        value={key}
        problem={state.kind === "problem" ? state.text : undefined}
        onValue={setKey}
      />
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <Button type="submit" size="sm" disabled={isBusy}>
          {t(isBusy ? "call.replay.sending" : "call.replay.send")}
        </Button>
        <span role="status" className="run min-w-0 text-small break-words text-fg-2">
          {state.kind === "done" && <Done result={state.result} onOpen={onOpen} />}
        </span>
      </div>
    </form>
  );
}

function Done({ result, onOpen }: { result: ReplayResult; onOpen: Props["onOpen"] }) {
  const { t } = useWords();
  const { status, callId, code, message } = result;
  return (
    <>
      {t("call.replay.done", { status })} {code !== null && <span className="mono">{code}</span>}{" "}
      {callId === null ? (
        message
      ) : (
        <button
          type="button"
          className="text-accent-text hover:underline touch:min-h-11"
          onClick={() => {
            onOpen(callId);
          }}
        >
          {t("call.replay.story")}
        </button>
      )}
    </>
  );
}
