import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type Appender, type Flush, createAppender } from "@/lib/gateway/spool/appender";
import { temporaryFolder } from "./support";

/** The real ones, counted while a test runs: what a power cut would take shows nowhere else. */
function countSyncs(): void {
  const spies = [
    vi.spyOn(fs, "fdatasync"),
    vi.spyOn(fs, "fdatasyncSync"),
    vi.spyOn(fs, "fsyncSync"),
  ];
  syncBuiltinESMExports();
  onTestFinished(() => {
    for (const spy of spies) {
      spy.mockRestore();
    }
    syncBuiltinESMExports();
  });
}

function open(flush: Flush): Appender {
  countSyncs();
  const appender = createAppender({
    folder: temporaryFolder(),
    firstNumber: 1,
    flush,
    now: () => performance.now(),
    onSegment: () => undefined,
    onDisk: (trouble) => {
      throw new Error(trouble ?? "well again");
    },
  });
  onTestFinished(() => {
    appender.close();
  });
  return appender;
}
const appendCall = (appender: Appender): void => {
  appender.append([{ kind: "begin", json: "{}" }]);
  appender.append([{ kind: "end", json: "{}" }]);
};

describe("records on their way to the disk itself", () => {
  it("are forced there with every call that ends: always", () => {
    const appender = open("always");
    appendCall(appender);
    expect(fs.fdatasyncSync).toHaveBeenCalledTimes(1);
    appendCall(appender);
    expect(fs.fdatasyncSync).toHaveBeenCalledTimes(2);
    expect(fs.fsyncSync, "the new file's own name").toHaveBeenCalledTimes(1);
  });

  it("are forced there once a second, and not while there are none: second", async () => {
    const appender = open("second");
    appendCall(appender);
    appendCall(appender);
    expect(fs.fdatasync).not.toHaveBeenCalled();
    await vi.waitFor(() => expect(fs.fdatasync).toHaveBeenCalledTimes(1), 5_000);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(fs.fdatasync).toHaveBeenCalledTimes(1);
    expect(fs.fdatasyncSync).not.toHaveBeenCalled();
  });

  it("are left to the system: off", async () => {
    const appender = open("off");
    appendCall(appender);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    appender.close();
    expect(fs.fdatasync).not.toHaveBeenCalled();
    expect(fs.fdatasyncSync).not.toHaveBeenCalled();
    expect(fs.fsyncSync).not.toHaveBeenCalled();
  });
});
