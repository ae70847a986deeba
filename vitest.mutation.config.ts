import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** What mutants of the routing core are tried against: its own tests, which need nothing and take seconds. */
export default defineConfig({
  resolve: { alias: { "@": fileURLToPath(new URL(".", import.meta.url)).replace(/\/$/, "") } },
  test: {
    environment: "node",
    include: ["test/core/**/*.test.ts"],
    // Long random histories take seconds, and what they find depends on chance.
    exclude: ["test/core/replay.test.ts"],
    // Pure code has no state between files, and loading it anew for each mutant takes longer than its tests.
    isolate: false,
  },
});
