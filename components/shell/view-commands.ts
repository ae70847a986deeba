import { copyText } from "@/components/lib/copy-text";
import type { Translate } from "@/components/lib/i18n/messages";
import { announce, announceLink } from "@/components/lib/notice";
import { linkToWindow, namedRange, rangeShown, showRange, windowOf } from "@/components/lib/range";
import { steppedRange } from "@/components/lib/range-steps";
import { rangeText } from "@/components/lib/range-text";
import { type Asked, askedLine, askProbe } from "@/components/lib/targets/probe-now";
import { impairedTargets, isHeard, targetName } from "@/components/lib/targets/state";
import type { HealthView } from "@/lib/shared/contract";
import type { Format } from "@/lib/shared/format";
import { sayAloud } from "./aloud";
import type { ViewCommand } from "./keymap";
import { pageAt } from "./nav-links";

export interface Viewed {
  readonly nowMs: number;
  readonly health: HealthView | undefined;
  readonly t: Translate;
  readonly f: Format;
}

/** Does what a key asks of what the page shows; nothing where the page has no such thing. */
export async function runViewCommand(command: ViewCommand, viewed: Viewed): Promise<void> {
  const { t } = viewed;
  switch (command.kind) {
    case "range":
      if (hasRange()) {
        const range = steppedRange(rangeShown(), command.step, viewed.nowMs);
        showRange(range);
        sayAloud(t("range.shown", { range: rangeText(range, t, viewed.f) }));
      }
      return;
    case "time":
      focusTime();
      return;
    case "link":
      await copyLink(viewed);
      return;
    case "export":
      saveTable(viewed);
      return;
    case "worst":
      focusWorst(viewed);
      return;
    case "probe":
      await probeFocused(viewed);
  }
}

const hasRange = (): boolean => pageAt(window.location.pathname)?.hasRange !== undefined;

const isUnbounded = (): boolean =>
  pageAt(window.location.pathname)?.hasRange === "optional" &&
  namedRange(new URLSearchParams(window.location.search)) === null;

function focusTime(): void {
  const control = [...document.querySelectorAll<HTMLElement>("[data-time]")].find((one) =>
    one.checkVisibility(),
  );
  const chosen = control?.querySelector<HTMLElement>('[aria-pressed="true"]');
  (chosen ?? control?.querySelector("button") ?? control)?.focus();
}

/** A link that shows the same tomorrow: with both instants where the page has a range. */
async function copyLink({ nowMs, t }: Viewed): Promise<void> {
  const { fromMs, toMs } = windowOf(rangeShown(), nowMs);
  const isBounded = hasRange() && !isUnbounded();
  const link = isBounded ? linkToWindow(fromMs, toMs) : window.location.href;
  if (await copyText(link)) {
    announce(t("chart.copied"));
  } else {
    announceLink(t("chart.notCopied"), link);
  }
}

/** The file of the chart or table that has the focus, else of the first one. */
function saveTable({ t }: Viewed): void {
  const own = document.activeElement
    ?.closest("section")
    ?.querySelector<HTMLElement>("[data-export]");
  const button = own ?? document.querySelector<HTMLElement>("main [data-export]");
  if (button === null) {
    announce(t("chart.nothingToSave"));
  } else {
    button.click();
  }
}

/** To the worst target of the grid, and from one that is impaired to the next. */
function focusWorst({ health, t }: Viewed): void {
  const cells = (health === undefined ? [] : impairedTargets(health)).flatMap(
    ({ id }) =>
      document.querySelector<HTMLElement>(`[role="grid"] [data-target="${CSS.escape(id)}"]`) ?? [],
  );
  const at = cells.findIndex((cell) => cell === document.activeElement);
  const cell = cells[(at + 1) % cells.length];
  if (cell !== undefined) {
    cell.focus();
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  } else if (document.querySelector('[role="grid"]') !== null) {
    const isSilent = health !== undefined && !isHeard(health);
    announce(t(isSilent ? "verdict.silent_gateway.headline" : "matrix.noneImpaired"));
  }
}

/** Asks for a probe of the target that has the focus, and says what came of it. */
async function probeFocused({ health, t, f }: Viewed): Promise<void> {
  const id = document.activeElement?.closest<HTMLElement>("[data-target]")?.dataset["target"];
  const target = health?.targets.find((one) => one.id === id);
  if (health === undefined || target === undefined) {
    announce(t("probe.none"));
    return;
  }
  const name = targetName(target, health.targets);
  const say = (asked: Asked): void => {
    announce(t("probe.named", { name, text: askedLine(asked, t, f) }));
  };
  say({ kind: "asking" });
  say(await askProbe(target.id));
}
