import type { RangeStep } from "@/components/lib/range-steps";
import { pages } from "./nav-links";

/** What a key asks of what the page shows: another range, the control of time, a link, a file, the worst target, a probe. */
export type ViewCommand =
  | { readonly kind: "range"; readonly step: RangeStep }
  | { readonly kind: "time" | "link" | "export" | "worst" | "probe" };

/** What a key of the whole page asks for. */
export type PageCommand =
  | {
      readonly kind:
        "palette" | "help" | "pause" | "undo" | "filter" | "views" | "next" | "previous";
    }
  | { readonly kind: "go"; readonly href: string }
  | ViewCommand;

/** The part of a keyboard event that counts. Keys go by their place, so that a Korean keyboard works too. */
export type Pressed = Pick<
  KeyboardEvent,
  "code" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey" | "isComposing"
>;

/** `g` waits so long for the page that it leads to. */
export const leaderMs = 1_500;

const shifted: Readonly<Record<string, PageCommand>> = {
  Slash: { kind: "help" },
  KeyS: { kind: "views" },
};
const commands: Readonly<Record<string, PageCommand>> = {
  Period: { kind: "pause" },
  KeyU: { kind: "undo" },
  Slash: { kind: "filter" },
  KeyJ: { kind: "next" },
  KeyK: { kind: "previous" },
  BracketLeft: { kind: "range", step: "earlier" },
  BracketRight: { kind: "range", step: "later" },
  Minus: { kind: "range", step: "out" },
  Equal: { kind: "range", step: "in" },
  Digit0: { kind: "range", step: "live" },
  KeyT: { kind: "time" },
  KeyY: { kind: "link" },
  KeyE: { kind: "export" },
  KeyF: { kind: "worst" },
  KeyB: { kind: "probe" },
};

/**
 * What a key asks for; null for nothing, `leader` for a key that waits for the next one. While somebody types only the
 * palette's own key counts.
 */
export function commandOf(
  pressed: Pressed,
  { isTyping, afterLeader }: { readonly isTyping: boolean; readonly afterLeader: boolean },
): PageCommand | "leader" | null {
  const { code, shiftKey, ctrlKey, metaKey, altKey, isComposing } = pressed;
  if (isComposing) {
    return null;
  }
  if (code === "KeyK" && (ctrlKey || metaKey) && !altKey && !shiftKey) {
    return { kind: "palette" };
  }
  if (isTyping || ctrlKey || metaKey || altKey) {
    return null;
  }
  if (shiftKey) {
    return shifted[code] ?? null;
  }
  if (afterLeader) {
    const page = pages.find(({ key }) => key === code);
    return page === undefined ? null : { kind: "go", href: page.href };
  }
  if (code === "KeyG") {
    return "leader";
  }
  return commands[code] ?? null;
}

/** A key as it is printed on it. */
export function keyName(code: string): string {
  return code.replace(/^Key/, "").toLowerCase();
}
