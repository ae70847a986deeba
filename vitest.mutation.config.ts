import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Small files first: they test one part, and the first test that notices a mutant ends its run. */
class SmallFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sizeOf = ({ moduleId }: TestSpecification): number => statSync(moduleId).size;
    return Promise.resolve(files.toSorted((a, b) => sizeOf(a) - sizeOf(b)));
  }
}

/** What mutants of the routing core are tried against: its own tests, which need nothing and take seconds. */
export default defineConfig({
  resolve: { alias: { "@": fileURLToPath(new URL(".", import.meta.url)).replace(/\/$/, "") } },
  test: {
    environment: "node",
    include: ["test/core/**/*.test.ts"],
    // Long random histories take seconds, and what they find depends on chance.
    exclude: ["test/core/replay.test.ts"],
    // Pure code has no state between files, and loading it anew for each of them takes longer than its tests.
    isolate: false,
    sequence: { sequencer: SmallFirst },
  },
});
