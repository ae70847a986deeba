import type { Text } from "@/components/lib/i18n/messages";
import type { ChangeLine } from "@/lib/shared/contract";
import type { Format } from "@/lib/shared/format";

/** One value that a revision changed, as a line; names and values stay as they are written in the configuration. */
export function lineText(
  line: ChangeLine,
  say: (text: Text) => string,
  f: Format,
  nowMs: number,
): string {
  const { object, field, kind } = line;
  if (kind !== "changed") {
    return say({ key: `change.line.${kind}`, values: { object } });
  }
  const value = (of: ChangeLine["from"]): string => valueText(of, field, say, f, nowMs);
  const values = { object, from: value(line.from), to: value(line.to) };
  return field === null
    ? say({ key: "change.line.whole", values })
    : say({ key: "change.line.field", values: { ...values, field } });
}

function valueText(
  value: ChangeLine["from"],
  field: string | null,
  say: (text: Text) => string,
  f: Format,
  nowMs: number,
): string {
  if (value === null) {
    return say({ key: "change.line.default" });
  }
  if (typeof value === "boolean") {
    return say({ key: value ? "change.line.yes" : "change.line.no" });
  }
  if (field === "until" && typeof value === "number") {
    return f.moment(value, nowMs);
  }
  if (field === "intent" && (value === "enabled" || value === "draining" || value === "disabled")) {
    return say({ key: `intent.${value}` });
  }
  return Array.isArray(value) ? value.join(", ") : String(value);
}
