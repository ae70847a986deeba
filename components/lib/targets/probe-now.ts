"use client";

import { useSyncExternalStore } from "react";
import type { ProbeNow } from "@/lib/shared/contract";
import type { Format } from "@/lib/shared/format";
import { sendJson } from "../api";
import type { Text, Translate } from "../i18n/messages";
import { failureText } from "../refusal-text";
import { createStore } from "../store";
import { sayLine } from "./why";

/** How far a probe is that somebody asked for. */
export type Asked =
  | { readonly kind: "asking" }
  | { readonly kind: "answered"; readonly found: ProbeNow }
  | { readonly kind: "refused"; readonly error: unknown };

const asked = createStore<Readonly<Record<string, Asked | undefined>>>({});
/** An answer is of its moment. */
const shownMs = 60_000;
const underWay = new Map<string, Promise<Asked>>();

/** The last probe that was asked for here; undefined without one. */
export function useAsked(id: string): Asked | undefined {
  return useSyncExternalStore(asked.subscribe, asked.get, asked.get)[id];
}

/** Has the node that probes look at a target now; who asks meanwhile hears the same answer. */
export function askProbe(id: string): Promise<Asked> {
  const running = underWay.get(id);
  if (running !== undefined) {
    return running;
  }
  const note = (next: Asked): Asked => {
    asked.update((all) => ({ ...all, [id]: next }));
    return next;
  };
  const path = `/api/targets/${encodeURIComponent(id)}/probe`;
  note({ kind: "asking" });
  const asking = sendJson<ProbeNow>({ method: "POST", path, body: {} })
    .then((found) => note({ kind: "answered", found }))
    .catch((error: unknown) => note({ kind: "refused", error }))
    .finally(() => {
      underWay.delete(id);
      const answer = asked.get()[id];
      setTimeout(() => {
        asked.update((all) => (all[id] === answer ? { ...all, [id]: undefined } : all));
      }, shownMs);
    });
  underWay.set(id, asking);
  return asking;
}

/** What is told of it, in one line. */
export function askedLine(now: Asked, t: Translate, f: Format): string {
  switch (now.kind) {
    case "asking":
      return t("probe.asking");
    case "refused":
      return failureText(now.error, t);
    case "answered":
      return sayLine(t, foundTexts(now.found, f));
  }
}

function foundTexts({ outcome, status, reason, latencyMs, node }: ProbeNow, f: Format): Text[] {
  const cause = reason ?? (status === null ? "" : `status_${status}`);
  const told: Text = { key: `probe.outcome.${outcome}`, values: { cause, node: node ?? "" } };
  return latencyMs === null
    ? [told]
    : [told, { key: "probe.took", values: { ms: f.ms(latencyMs) } }];
}
