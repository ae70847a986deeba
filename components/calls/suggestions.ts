import type { HealthView } from "@/lib/shared/contract";

const words = [
  "outcome:failed",
  "outcome:refused",
  "is:rescued",
  "status:5xx",
  "status:429",
  "attempts:>1",
  "fallbacks:>0",
  "ttft:>2s",
  "total:>10s",
  "cost:>0.01",
  "stream:yes",
  "stream:no",
];
const mostShown = 12;

/** What the text in the filter may go on to: the words before the last one stay as they are. */
export function suggestions(typed: string, health: HealthView | undefined): string[] {
  const [, before = "", last = ""] = /^(.*?)(\S*)$/.exec(typed) ?? [];
  return [...words, ...placeWords(health)]
    .filter((word) => word.startsWith(last) && word !== last && !before.includes(word))
    .slice(0, mostShown)
    .map((word) => `${before}${word}`);
}

function placeWords(health: HealthView | undefined): string[] {
  const targets = health?.targets ?? [];
  return (["model", "region", "provider"] as const).flatMap((name) =>
    [...new Set(targets.map((target) => target[name]))].map((value) => `${name}:${value}`),
  );
}
