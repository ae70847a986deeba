// `npm run test:mutation`: breaks the routing core on purpose, one place at a time, and counts how often its tests notice.
// Words after `--` go to Stryker: `npm run test:mutation -- --mutate lib/core/breaker.ts`.

const cache = ".cache/stryker";

const config = {
  testRunner: "vitest",
  plugins: ["@stryker-mutator/vitest-runner"],
  vitest: { configFile: "vitest.mutation.config.ts", related: false },
  mutate: ["lib/core/**/*.ts", "!lib/core/{events,types}.ts"],
  coverageAnalysis: "perTest",
  concurrency: 2,
  tempDirName: `${cache}/sandbox`,
  ignorePatterns: ["/*", "!/lib", "!/test", "!/tsconfig.json", "!/vitest.mutation.config.ts"],
  incremental: true,
  incrementalFile: `${cache}/incremental.json`,
  reporters: ["clear-text", "json"],
  clearTextReporter: { logTests: false, reportTests: false, reportScoreTable: true },
  jsonReporter: { fileName: `${cache}/mutation.json` },
  thresholds: { high: 90, low: 80, break: 80 },
};

export default config;
