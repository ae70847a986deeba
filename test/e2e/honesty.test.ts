import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { findPostmaster } from "@/lib/store/postgres/process";
import { wordsOf } from "../components/words";
import { listProcesses } from "../support/product";
import { eventually } from "../support/stack";
import { openRoom, type Room, sayYes, shows, textOf } from "./room";

const { say } = wordsOf("en");
const healthy = say({ key: "state.healthy" });
const noticeMs = 15_000;

let room: Room;
let frozen: number[] = [];

beforeAll(async () => {
  room = await openRoom();
});

afterEach(async () => {
  thaw();
  await room.quiet();
});

afterAll(() => room.stop());

/** Stops processes where they stand, as a machine that hangs would. */
function freeze(pids: readonly number[]): void {
  expect(pids).not.toEqual([]);
  frozen = [...pids];
  frozen.forEach((pid) => process.kill(pid, "SIGSTOP"));
}

function gatewayPids(): number[] {
  return listProcesses(room.dataDir)
    .filter(({ part }) => part === "gateway")
    .map(({ pid }) => pid);
}

function postgresPids(): number[] {
  const postmaster = findPostmaster(join(room.dataDir, "postgres"));
  return postmaster === undefined ? [] : [postmaster.pid, ...childrenOf(postmaster.pid)];
}

function thaw(): void {
  frozen.splice(0).forEach((pid) => {
    try {
      process.kill(pid, "SIGCONT");
    } catch {
      // A worker that has ended meanwhile.
    }
  });
}

function childrenOf(pid: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, "utf8");
        return Number(stat.slice(stat.lastIndexOf(")") + 1).split(" ")[2]) === pid;
      } catch {
        return false;
      }
    })
    .map(Number);
}

async function verdictOf(page: Page): Promise<string | null> {
  return page.getByTestId("verdict").getAttribute("data-verdict");
}

async function untilVerdict(page: Page, verdict: string, withinMs = noticeMs): Promise<void> {
  await eventually(async () => {
    expect(await verdictOf(page)).toBe(verdict);
    return true;
  }, withinMs);
}

async function states(page: Page): Promise<string[]> {
  const words = await page.getByTestId("state").allInnerTexts();
  return [...new Set(words)];
}

it("says within 15 s that the gateway is silent, calls nothing healthy meanwhile, and recovers with it", async () => {
  const page = await room.open();
  await untilVerdict(page, "served");
  await shows(
    page.getByRole("navigation").getByTestId("nodes"),
    say({ key: "nodes.live", values: { live: 1, of: 1 } }),
  );
  expect(await states(page)).toContain(healthy);

  freeze(gatewayPids());
  await untilVerdict(page, "silent_gateway");
  await shows(
    page.getByRole("navigation").getByTestId("nodes"),
    say({ key: "nodes.live", values: { live: 0, of: 1 } }),
  );
  expect(await states(page)).not.toContain(healthy);
  await page.reload();
  await untilVerdict(page, "silent_gateway");
  expect(await states(page)).not.toContain(healthy);

  thaw();
  await untilVerdict(page, "served");
  expect(await states(page)).toContain(healthy);
});

it("says within 15 s that the database is away, refuses changes aloud, serves calls on, and recovers with it", async () => {
  const page = await room.open();
  await untilVerdict(page, "served");
  const name = say({ key: "matrix.switchModel", values: { id: "gpt-4.1" } });
  const control = page.getByRole("switch", { name, exact: true });
  expect(await control.getAttribute("aria-checked")).toBe("true");
  const others = [];
  for (const path of ["/routes", "/requests", "/changes"]) {
    others.push(await room.open({}, path));
  }

  freeze(postgresPids());
  await untilVerdict(page, "database_away");
  // A page without a headline says it above itself, and until when its numbers hold.
  const away = say({ key: "banner.database" });
  const lastNews = say({ key: "banner.readAt", values: { at: "" } })
    .replace(".", "")
    .trim();
  for (const other of others) {
    await shows(other.getByTestId("stale"), `${away} ${lastNews}`, noticeMs);
  }
  const opacities = await page
    .locator("main svg[data-state]")
    .evaluateAll((marks) => marks.map((mark) => getComputedStyle(mark).opacity));
  expect([...new Set(opacities)]).toEqual(["0.6"]);
  const answer = await room.call({ model: "gpt-4.1" });
  expect(answer.status, await answer.text()).toBe(200);

  await control.click();
  const alert = page.getByRole("alert").filter({
    hasText: say({ key: "toast.failed", values: { name: "gpt-4.1" } }),
  });
  await alert.waitFor({ timeout: 30_000 });
  expect(await textOf(alert)).toContain("The database does not answer.");
  expect(await control.getAttribute("aria-checked")).toBe("true");

  thaw();
  await untilVerdict(page, "served", 30_000);
  for (const other of others) {
    await expect.poll(() => other.getByTestId("stale").count(), { timeout: 30_000 }).toBe(0);
  }
  const { models } = await room.health();
  expect(models.find(({ id }) => id === "gpt-4.1")?.switch.intent).toBe("enabled");
  await alert.getByRole("button", { name: say({ key: "failure.retry" }) }).click();
  await sayYes(page, "gpt-4.1");
  await shows(
    page.getByTestId("model-gpt-4.1"),
    say({ key: "proof.applied.off", values: { of: 1, took: "" } }),
  );
});
