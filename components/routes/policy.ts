import type { MessageKey, Text } from "@/components/lib/i18n/messages";
import type { PolicyChange } from "@/components/lib/writes/model";
import type { PolicySetting, PolicyWeek } from "@/lib/shared/contract";
import type { Format } from "@/lib/shared/format";

/** Settings as they stand in a draft, by place; numbers as somebody typed them, empty for the default. */
export type TypedPolicy = Readonly<Record<string, string | boolean>>;

/** The words of a setting: a dot parts names of messages. */
export function settingKey(place: string, part: "label" | "does"): MessageKey {
  return `routes.policy.settings.${place.replace(".", "__")}.${part}` as MessageKey;
}

/** A value in words; `null` is the default or off. */
export function valueText(setting: PolicySetting, value: PolicySetting["value"]): Text {
  if (value === null) {
    return { key: "routes.policy.wasDefault" };
  }
  if (typeof value === "boolean") {
    return { key: `routes.policy.options.flag.${value}` };
  }
  const key = `routes.policy.options.${setting.place}.${value}` as MessageKey;
  return setting.bounds === null && typeof value === "string" && setting.options.includes(value)
    ? { key }
    : { key: "confirm.list", values: { names: String(value) } };
}

/** What is typed in a setting's field: the draft's, or what is saved. */
export function shownText({ place, value }: PolicySetting, typed: TypedPolicy): string {
  const draft = typed[place];
  if (draft !== undefined) {
    return String(draft);
  }
  return value === null ? "" : String(value);
}

/** What is wrong with the settings as typed, by place. */
export function policyProblems(
  settings: readonly PolicySetting[],
  typed: TypedPolicy,
): ReadonlyMap<string, Text> {
  const problems = new Map<string, Text>();
  const byPlace = new Map(settings.map((setting) => [setting.place, setting]));
  for (const setting of settings) {
    const problem = numberProblem(setting, shownText(setting, typed));
    if (problem !== null) {
      problems.set(setting.place, problem);
    }
  }
  for (const [place, limit] of limitedBy) {
    const [small, large] = [byPlace.get(place), byPlace.get(limit)];
    if (small === undefined || large === undefined || problems.has(place) || problems.has(limit)) {
      continue;
    }
    const [value, most] = [shownText(small, typed), shownText(large, typed)];
    if (value !== "" && most !== "" && Number(value) > Number(most)) {
      problems.set(place, {
        key: "routes.policy.problem.exceeds",
        values: { other: limit, most },
      });
    }
  }
  return problems;
}

/** What must not be longer than what it is a part of, where both are said. */
const limitedBy = [
  ["limits.ttft_s", "limits.total_s"],
  ["limits.reasoning_ttft_s", "limits.reasoning_total_s"],
  ["limits.idle_s", "limits.stream_total_s"],
  ["breaker.base_ejection_s", "breaker.max_ejection_s"],
] as const;

function numberProblem({ bounds }: PolicySetting, text: string): Text | null {
  if (bounds === null || text.trim() === "") {
    return null;
  }
  const number = Number(text);
  if (!Number.isFinite(number)) {
    return { key: "routes.policy.problem.number" };
  }
  if (bounds.whole && !Number.isInteger(number)) {
    return { key: "routes.policy.problem.whole" };
  }
  const { least, most } = bounds;
  return number < least || number > most
    ? { key: "routes.policy.problem.bounds", values: { least, most } }
    : null;
}

/** What of the settings changes when the draft is saved. */
export function policyChange(settings: readonly PolicySetting[], typed: TypedPolicy): PolicyChange {
  return Object.fromEntries(
    settings.flatMap(({ place, value, bounds }): [string, PolicyChange[string]][] => {
      const draft = typed[place];
      if (draft === undefined) {
        return [];
      }
      const next = savedValue(draft, bounds !== null);
      return next === value ? [] : [[place, next]];
    }),
  );
}

function savedValue(draft: string | boolean, isNumber: boolean): PolicyChange[string] {
  if (typeof draft === "boolean") {
    return draft;
  }
  if (draft.trim() === "") {
    return null;
  }
  return isNumber ? Number(draft) : draft;
}

/** A number that keys move: one step, or ten; as typed otherwise. Starts from the default where nothing is typed. */
export function stepped(setting: PolicySetting, text: string, steps: number): string {
  const { bounds, defaultValue } = setting;
  const from = text.trim() === "" ? Number(defaultValue ?? bounds?.least ?? 0) : Number(text);
  if (bounds === null || !Number.isFinite(from)) {
    return text;
  }
  const size = bounds.unit === "milliseconds" ? 100 : 1;
  const next = Math.min(bounds.most, Math.max(bounds.least, from + steps * size));
  return String(Math.round(next * 10) / 10);
}

/** What a setting did in the week, where the counts can say it; null otherwise. */
export function weekText(place: string, week: PolicyWeek, f: Format): Text | null {
  if (week.attempts === 0) {
    return null;
  }
  const cut = (reason: string): Text => ({
    key: "routes.policy.week.cut",
    values: { reason, n: f.count(week.reasons[reason] ?? 0), of: f.count(week.attempts) },
  });
  switch (place) {
    case "limits.ttft_s":
      return cut("ttft_timeout");
    case "limits.idle_s":
      return cut("idle_timeout");
    case "limits.total_s":
      return cut("total_timeout");
    case "limits.attempts":
      return {
        key: "routes.policy.week.attempts",
        values: {
          calls: f.count(week.calls),
          attempts: f.count(week.attempts),
          rescued: f.count(rescuedByAnother(week)),
          failed: f.count(week.failed),
        },
      };
    case "fallback_on_content_policy":
      return {
        key: "routes.policy.week.content",
        values: {
          n: f.count(week.reasons["content_policy"] ?? 0),
          of: f.count(week.attempts),
        },
      };
    case "midstream":
      return {
        key: "routes.policy.week.streams",
        values: {
          n: f.count(week.rescued["resume"] ?? 0),
          m: f.count(week.codes["stream_interrupted"] ?? 0),
        },
      };
    case "breaker.min_threshold":
      return { key: "routes.policy.week.opened", values: { n: week.opened } };
    case "breaker.max_ejection_s":
      return week.longestAwayMs === null
        ? null
        : { key: "routes.policy.week.away", values: { time: f.duration(week.longestAwayMs) } };
    case "breaker.observe_only":
      return week.wouldHaveOpened === 0
        ? null
        : { key: "routes.policy.week.observed", values: { n: f.count(week.wouldHaveOpened) } };
    default:
      return null;
  }
}

function rescuedByAnother({ rescued }: PolicyWeek): number {
  return ["retry", "sibling", "fallback"].reduce((sum, by) => sum + (rescued[by] ?? 0), 0);
}
