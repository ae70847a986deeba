import { spawn } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { claimSlot, listAbandoned, tryClaim } from "@/lib/gateway/spool/slot";
import { processIdentity } from "@/lib/store/postgres/process";
import { temporaryFolder } from "./support";

/** A slot whose holder is another process; ends that process when called. */
async function heldByAnother(root: string, name: string): Promise<() => Promise<void>> {
  const slot = tryClaim(root, name)!;
  const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  onTestFinished(() => void other.kill("SIGKILL"));
  await new Promise((resolve) => other.once("spawn", resolve));
  const lock = readdirSync(slot.folder).find((file) => /^lock\.\d+$/.test(file))!;
  writeFileSync(join(slot.folder, lock), processIdentity(other.pid!));
  return async () => {
    const ended = new Promise((resolve) => other.once("exit", resolve));
    other.kill("SIGKILL");
    await ended;
  };
}

describe("a slot", () => {
  it("belongs to one holder: the next claim gets the next one", () => {
    const root = temporaryFolder();
    expect(claimSlot(root, 0).name).toBe("0");
    expect(claimSlot(root, 0).name).toBe("1");
    expect(tryClaim(root, "0")).toBeNull();
  });

  it("is not given to anybody while the process that holds it lives, and is void when it ends", async () => {
    const root = temporaryFolder();
    const end = await heldByAnother(root, "0");
    expect(tryClaim(root, "0")).toBeNull();
    expect(listAbandoned(root).size).toBe(0);
    await end();
    expect([...listAbandoned(root).keys()]).toEqual(["0"]);
    expect(tryClaim(root, "0")?.name).toBe("0");
  });

  it("of a process number that another process has by now is void", () => {
    const root = temporaryFolder();
    const { folder } = tryClaim(root, "0")!;
    writeFileSync(join(folder, "lock.1"), `${process.pid} another-boot 1`);
    expect(tryClaim(root, "0")).not.toBeNull();
  });

  it("is free again when its holder leaves it, and keeps one lock however often it changes hands", () => {
    const root = temporaryFolder();
    for (let turn = 0; turn < 5; turn += 1) {
      const slot = tryClaim(root, "3")!;
      slot.release();
      expect(readdirSync(slot.folder).filter((name) => name.startsWith("lock."))).toHaveLength(1);
    }
  });
});
