import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL(".", import.meta.url));
/** By itself vitest would leave one of two processors idle. */
const maxWorkers = Math.max(2, availableParallelism() - 1);
const databaseSetup = "test/support/postgres-setup.ts";

export default defineConfig({
  resolve: {
    alias: {
      "@": root.replace(/\/$/, ""),
      "server-only": fileURLToPath(new URL("test/support/empty.ts", import.meta.url)),
    },
  },
  test: {
    environment: "node",
    restoreMocks: true,
    // Files of a worker share what they import: half of the processor's time was loading it again and again.
    isolate: false,
    // What is waited for comes later on a busy machine.
    expect: { poll: { timeout: 10_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          maxWorkers,
          include: ["test/**/*.test.{ts,tsx}"],
          exclude: ["test/{wall,store,conduct,timing,e2e}/**"],
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: { name: "soak", include: ["test/**/*.soak.ts"], testTimeout: 3_600_000 },
      },
      {
        extends: true,
        test: { name: "wall", include: ["test/wall/**/*.test.ts"], testTimeout: 20_000 },
      },
      {
        extends: true,
        test: {
          name: "store",
          include: ["test/store/**/*.test.ts"],
          globalSetup: databaseSetup,
          maxWorkers,
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: "conduct",
          include: ["test/conduct/**/*.test.ts"],
          globalSetup: databaseSetup,
          // They wait much more than they compute, also where there is one processor.
          maxWorkers: 3,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: "timing",
          include: ["test/timing/**/*.test.ts"],
          globalSetup: databaseSetup,
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: "browser",
          include: ["test/e2e/**/*.test.ts"],
          globalSetup: databaseSetup,
          // They wait for what a person would wait for.
          maxWorkers: 2,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
