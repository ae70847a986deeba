import { describe, expect, it } from "vitest";
import { createQueryCache } from "@/lib/control/query-cache";

describe("the query cache", () => {
  it("computes once for everybody who asks within the time", async () => {
    let nowMs = 0;
    let computed = 0;
    const cache = createQueryCache(() => nowMs);
    const ask = (): Promise<number> =>
      cache.get("key", 1_000, async () => {
        computed += 1;
        return computed;
      });
    expect(await Promise.all([ask(), ask()])).toEqual([1, 1]);
    nowMs = 999;
    expect(await ask()).toBe(1);
    nowMs = 1_000;
    expect(await ask()).toBe(2);
  });

  it("keeps no failure", async () => {
    const cache = createQueryCache();
    await expect(cache.get("key", 1_000, () => Promise.reject(new Error("away")))).rejects.toThrow(
      "away",
    );
    expect(await cache.get("key", 1_000, async () => "back")).toBe("back");
  });

  it("forgets the oldest answers instead of growing", async () => {
    const cache = createQueryCache();
    for (let index = 0; index < 1_000; index += 1) {
      await cache.get(`key ${index}`, Infinity, async () => index);
    }
    expect(await cache.get("key 0", Infinity, async () => "computed again")).toBe("computed again");
    expect(await cache.get("key 999", Infinity, async () => "computed again")).toBe(999);
  });
});
