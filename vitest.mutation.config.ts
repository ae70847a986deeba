import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** What mutants of the routing core are tried against: its own tests, which need nothing and take seconds. */
export default defineConfig({
  resolve: { alias: { "@": fileURLToPath(new URL(".", import.meta.url)).replace(/\/$/, "") } },
  test: { environment: "node", include: ["test/core/**/*.test.ts"] },
});
