/** Metrics as text, in Prometheus' exposition format 0.0.4. */
import type { Family, HistogramFamily } from "./families";

export const metricsContentType = "text/plain; version=0.0.4; charset=utf-8";

/** The text of `families`; those without a sample are left out. */
export function renderMetrics(families: readonly Family[]): string {
  return families
    .filter(({ samples }) => samples.length > 0)
    .map(
      (family) =>
        `# HELP ${family.name} ${escapedHelp(family.help)}\n# TYPE ${family.name} ${family.kind}\n` +
        (family.kind === "histogram"
          ? histogramLines(family)
          : family.samples
              .map(({ labels, value }) => line(family.name, braced(family.labels, labels), value))
              .join("")),
    )
    .join("");
}

function histogramLines({ name, labels: names, bounds, samples }: HistogramFamily): string {
  const ends = [...bounds.map(numberText), "+Inf"].map((bound) => `le="${bound}"} `);
  let text = "";
  for (const { labels, counts, sum } of samples) {
    const own = labelPairs(names, labels);
    const bucket = `${name}_bucket{${own}${own === "" ? "" : ","}`;
    const plain = own === "" ? "" : `{${own}}`;
    let count = 0;
    for (let place = 0; place < ends.length; place += 1) {
      count += counts[place] ?? 0;
      text += `${bucket}${ends[place] ?? ""}${count}\n`;
    }
    text += line(`${name}_sum`, plain, sum) + line(`${name}_count`, plain, count);
  }
  return text;
}

function line(name: string, labels: string, value: number): string {
  return `${name}${labels} ${numberText(value)}\n`;
}

function braced(names: readonly string[], values: readonly string[]): string {
  const pairs = labelPairs(names, values);
  return pairs === "" ? "" : `{${pairs}}`;
}

function labelPairs(names: readonly string[], values: readonly string[]): string {
  let text = "";
  for (const [place, name] of names.entries()) {
    const value = values[place] ?? "";
    if (value !== "") {
      text += `${text === "" ? "" : ","}${name}="${escapedValue(value)}"`;
    }
  }
  return text;
}

function escapedValue(text: string): string {
  return /[\\"\n]/.test(text)
    ? text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")
    : text;
}

function escapedHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) {
    return "+Inf";
  }
  return value === Number.NEGATIVE_INFINITY ? "-Inf" : String(value);
}
