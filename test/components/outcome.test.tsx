import { type ComponentType, lazy, Suspense } from "react";
import { describe, expect, it, vi } from "vitest";
import { callsQueries, metricsQueries } from "@/components/lib/queries";
import { windowOf } from "@/components/lib/range";
import { OutcomeView } from "@/components/metrics/outcome-view";
import type { CallsPage } from "@/lib/shared/contract";
import { health, metrics, now } from "./fixtures";
import { rendered } from "./rendered";
import { wordsOf } from "./words";

// What comes behind the page in a browser is drawn here as soon as it is loaded.
vi.mock("next/dynamic", () => ({
  default(load: () => Promise<ComponentType>) {
    const Lazy = lazy(async () => ({ default: await load() }));
    return (props: object) => (
      <Suspense>
        <Lazy {...props} />
      </Suspense>
    );
  },
}));

const { say } = wordsOf("en");
const hourMs = 3_600_000;

describe("the overview of a range without calls", () => {
  const view = metrics([], { calls: 0 });
  const overview = (last: { startedAt: number; demo: boolean }, calls = 0): string =>
    rendered(<OutcomeView />, {
      health: health([]),
      search: "r=1h",
      read(client) {
        const totals = { ...view.totals, calls };
        client.setQueryData(metricsQueries.view("1h").queryKey, { ...view, totals });
        const { queryKey } = callsQueries.lastBefore({}, windowOf("1h", now).fromMs);
        client.setQueryData(queryKey, { calls: [last] } as unknown as CallsPage);
      },
    });
  const last = { startedAt: now - 3 * hourMs, demo: false };
  const ago = say({ key: "requests.lastBefore", values: { ago: "3 h" } });
  const jump = `>${say({ key: "requests.jump" })}</button>`;

  it("says when the last one before it came, and leads there", async () => {
    await vi.waitFor(() => {
      expect(overview(last)).toContain(ago);
    });
    expect(overview(last)).toContain(jump);
    expect(overview(last, 1)).not.toContain(jump);
  });

  it("does not lead from an installation's own calls to those of the demo", async () => {
    await vi.waitFor(() => {
      expect(overview(last)).toContain(ago);
    });
    expect(overview({ ...last, demo: true })).not.toContain(jump);
  });
});
