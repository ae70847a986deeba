"use client";

import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { useHealth } from "@/components/lib/live/views";
import { shownState, stateKey, targetName } from "@/components/lib/targets/state";
import type { HealthView } from "@/lib/shared/contract";
import { aloud } from "./aloud";

const quietMs = 5_000;
/** Of keys in a row only what the last one did is said. */
const settledMs = 400;

/**
 * Screen reader ← what a key did, when the keys rest, and changes of state: one polite message at a time, of these at most
 * one in five seconds.
 */
export function Announcer() {
  const { t } = useWords();
  const health = useHealth().data;
  const before = useRef<HealthView | undefined>(undefined);
  const waiting = useRef(new Map<string, string>());
  const [message, setMessage] = useState("");
  useEffect(() => {
    const known = new Map(before.current?.targets.map((target) => [target.id, shownState(target)]));
    before.current = health;
    for (const target of health?.targets ?? []) {
      const state = shownState(target);
      const was = known.get(target.id);
      if (was !== undefined && was !== state) {
        waiting.current.set(
          target.id,
          `${targetName(target, health?.targets ?? [])}: ${t(stateKey(state))}`,
        );
      }
    }
  }, [health, t]);
  useEffect(() => {
    const timer = setInterval(() => {
      if (waiting.current.size > 0) {
        setMessage([...waiting.current.values()].join(". "));
        waiting.current.clear();
      }
    }, quietMs);
    return () => {
      clearInterval(timer);
    };
  }, []);
  const said = useSyncExternalStore(aloud.subscribe, aloud.get, () => null);
  useEffect(() => {
    if (said === null) {
      return undefined;
    }
    const timer = setTimeout(() => {
      setMessage(said.text);
    }, settledMs);
    return () => {
      clearTimeout(timer);
    };
  }, [said]);
  return (
    <p role="status" className="sr-only" data-testid="announcer">
      {message}
    </p>
  );
}
