/** A full disk under the spool is nobody's failed call. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { log } from "@/lib/shared/log";
import { load } from "../support/load";
import { type Stack, eventually, startStack } from "../support/stack";

const dataDir = mkdtempSync(join(tmpdir(), "bellwether-full-"));
const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m,mode=0700", "tmpfs", dataDir]);
const canMount = mounted.status === 0;

describe.skipIf(!canMount)(
  "a spool whose disk is full (skipped where nothing may be mounted)",
  () => {
    let stack: Stack;
    const ballast = join(dataDir, "ballast");
    beforeAll(async () => {
      stack = await startStack({ dataDir });
    });
    afterAll(async () => {
      await stack.stop();
      spawnSync("umount", [dataDir]);
      rmSync(dataDir, { recursive: true, force: true });
    });

    it("fails no call, says so once, is counted, loses nothing while the database answers, and is used again alone", async () => {
      const said: string[] = [];
      vi.spyOn(log, "warn").mockImplementation((line) => said.push(`warning: ${line}`));
      vi.spyOn(log, "info").mockImplementation((line) => said.push(line));
      const shape = { model: "auto", perSecond: 60, forMs: 1_500 };
      const before = await load(stack, shape);
      fill(ballast);
      const isSeen = (): boolean => stack.gateway.callLog().unspooledTotal > 50;
      const during = await load(stack, { ...shape, forMs: 20_000, isOver: isSeen });
      expect(isSeen()).toBe(true);
      rmSync(ballast);
      const after = await load(stack, { ...shape, forMs: 5_500 });
      const calls = [...before, ...during, ...after];
      expect(calls.filter(({ isWhole }) => !isWhole)).toEqual([]);
      await eventually(async () => (await stack.db.prisma.call.count()) === calls.length, 10_000);
      expect(stack.gateway.callLog()).toMatchObject({ dropped: 0, unspooled: 0 });
      expect(said.filter((line) => line.includes("cannot be written"))).toHaveLength(1);
      expect(said.filter((line) => line.includes("takes records again"))).toHaveLength(1);
    });
  },
);

/** Takes all that is left of the file system. */
function fill(path: string): void {
  const { bavail, bsize } = statfsSync(dataDir);
  try {
    writeFileSync(path, Buffer.alloc(bavail * bsize + 4_096));
  } catch {
    // That it did not fit is what was wanted.
  }
}
