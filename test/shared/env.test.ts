import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { resolve } from "node:path";
import { expect, it, test } from "vitest";
import { EnvError, envSchema, mayRunDemo, parseEnv, toLocalOrigin } from "@/lib/shared/env";

function problemsOf(source: Record<string, string>): readonly string[] {
  try {
    parseEnv(source);
  } catch (error) {
    if (error instanceof EnvError) {
      return error.problems;
    }
    throw error;
  }
  return [];
}

it("needs no variable at all", () => {
  expect(parseEnv({})).toMatchObject({
    databaseUrl: undefined,
    dataDir: resolve("data"),
    gatewayPort: 4000,
    dashboardPort: 3000,
    gatewayUrl: "http://127.0.0.1:4000",
    role: "all",
    demo: "auto",
    drainSeconds: 120,
    drainDelaySeconds: 0,
    gatewayProcesses: 1,
    nodeName: hostname(),
    metricsPort: undefined,
    providerKeys: {},
  });
});

it("takes an empty variable for an absent one", () => {
  expect(parseEnv({ DATABASE_URL: "", GATEWAY_PORT: " ", OPENAI_API_KEY: "" })).toEqual(
    parseEnv({}),
  );
});

it("reports all problems together, one line each", () => {
  const problems = problemsOf({ GATEWAY_PORT: "0", ROLE: "both", GATEWAY_URL: "http://x/v1" });
  expect(problems).toHaveLength(3);
  expect(problems.join("\n").split("\n")).toHaveLength(3);
});

it("never repeats a secret in a problem", () => {
  const problems = problemsOf({
    DATABASE_URL: "mysql://user:canary@host/db",
    BELLWETHER_ADMIN_TOKEN: "canary",
    OPENAI_API_KEY: "canary",
  });
  expect(problems).toHaveLength(3);
  expect(problems.join()).not.toContain("canary");
});

test.each([
  ["GATEWAY_PORT", "65536"],
  ["GATEWAY_PORT", "4e3"],
  ["DASHBOARD_PORT", "tcp://10.0.0.1:80"],
  ["DRAIN_SECONDS", "-1"],
  ["DRAIN_SECONDS", "3601"],
  ["SPOOL_MAX_MB", "15"],
  ["SPOOL_MAX_MB", "1048577"],
  ["SPOOL_FSYNC", "sometimes"],
  ["DRAIN_DELAY_SECONDS", "61"],
  ["GATEWAY_PROCESSES", "0"],
  ["GATEWAY_PROCESSES", "33"],
  ["GATEWAY_PROCESSES", "2.5"],
  ["METRICS_PORT", "0"],
  ["BELLWETHER_NODE_NAME", "two words"],
  ["BELLWETHER_NODE_NAME", "a/b"],
  ["BELLWETHER_NODE_NAME", "a".repeat(65)],
  ["GATEWAY_HOST", "http://0.0.0.0"],
  ["GATEWAY_URL", "127.0.0.1:4000"],
  ["GATEWAY_URL", "http://user@127.0.0.1:4000"],
  ["PUBLIC_URL", "https://example.com/dashboard"],
  ["BELLWETHER_DEMO", "yes"],
  ["BELLWETHER_ADMIN_TOKEN", "fifteen-letters"],
])("refuses %s=%s and names the variable", (name, value) => {
  expect(problemsOf({ [name]: value })).toEqual([expect.stringMatching(`^${name} must `)]);
});

test.each(["127.0.0.1", "127.0.0.53", "::1", "localhost"])(
  "lets the dashboard listen on %s",
  (host) => {
    expect(parseEnv({ DASHBOARD_HOST: host }).dashboardHost).toBe(host);
  },
);

test.each(["0.0.0.0", "::", "192.168.1.7", "example.com", "127.0.0.1.example.com"])(
  "refuses to let the dashboard listen on %s",
  (host) => {
    expect(problemsOf({ DASHBOARD_HOST: host })).toEqual([
      expect.stringContaining("DASHBOARD_HOST must be a loopback address"),
    ]);
  },
);

test.each(["gateway", "dashboard"])("refuses ROLE=%s without DATABASE_URL", (role) => {
  expect(problemsOf({ ROLE: role })).toEqual([expect.stringContaining("DATABASE_URL is required")]);
});

it("refuses one port for two parts", () => {
  expect(problemsOf({ GATEWAY_PORT: "3000" })).toEqual([
    "DASHBOARD_PORT and GATEWAY_PORT must differ (both are 3000)",
  ]);
});

it("refuses the port of the gateway for its metrics, and leaves the dashboard's alone where none runs", () => {
  const split = { ROLE: "gateway", DATABASE_URL: "postgresql://db/x" };
  expect(problemsOf({ ...split, METRICS_PORT: "4000" })).toEqual([
    "METRICS_PORT and GATEWAY_PORT must differ (both are 4000)",
  ]);
  expect(problemsOf({ ...split, METRICS_PORT: "3000" })).toEqual([]);
});

it("refuses more gateway processes than the embedded PostgreSQL has connections for", () => {
  expect(problemsOf({ GATEWAY_PROCESSES: "17" })).toEqual([
    expect.stringContaining("GATEWAY_PROCESSES above 16 needs DATABASE_URL"),
  ]);
  expect(problemsOf({ GATEWAY_PROCESSES: "17", DATABASE_URL: "postgresql://db/x" })).toEqual([]);
});

it("gives a balancer five seconds where there is one", () => {
  const split = { ROLE: "gateway", DATABASE_URL: "postgresql://db/x" };
  expect(parseEnv(split).drainDelaySeconds).toBe(5);
  expect(parseEnv({ ...split, DRAIN_DELAY_SECONDS: "0" }).drainDelaySeconds).toBe(0);
});

it("names the nodes of two gateways on one machine differently", () => {
  expect(parseEnv({ GATEWAY_PORT: "4100" }).nodeName).toBe(`${hostname()}:4100`);
  expect(parseEnv({ GATEWAY_PORT: "4100", BELLWETHER_NODE_NAME: "a" }).nodeName).toBe("a");
});

it("leaves the wall's port to others where the demo cannot run", () => {
  expect(problemsOf({ GATEWAY_PORT: "4001" })).toHaveLength(1);
  expect(problemsOf({ GATEWAY_PORT: "4001", BELLWETHER_DEMO: "off" })).toEqual([]);
  expect(problemsOf({ GATEWAY_PORT: "4001", OPENAI_API_KEY: "sk-12345678" })).toEqual([]);
});

test.each([
  [{}, true],
  [{ BELLWETHER_DEMO: "off" }, false],
  [{ OPENAI_API_KEY: "sk-12345678" }, false],
  [{ BELLWETHER_CONFIG: "bellwether.yaml" }, false],
  [{ OPENAI_API_KEY: "sk-12345678", BELLWETHER_DEMO: "on" }, true],
  [{ ROLE: "gateway", DATABASE_URL: "postgresql://db/x" }, false],
])("decides whether the demo may run: %j → %s", (source, expected) => {
  expect(mayRunDemo(parseEnv(source))).toBe(expected);
});

test.each([
  ["0.0.0.0", "http://127.0.0.1:4000"],
  ["::", "http://[::1]:4000"],
  ["::1", "http://[::1]:4000"],
  ["gateway.internal", "http://gateway.internal:4000"],
])("reaches a server that listens on %s at %s", (host, origin) => {
  expect(toLocalOrigin(host, 4000)).toBe(origin);
});

it("is described in docs/configuration.md word for word", () => {
  const rows = readFileSync("docs/configuration.md", "utf8")
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|").map((cell) => cell.trim()));
  for (const [name, schema] of Object.entries(envSchema.shape)) {
    const meta = schema.meta();
    expect(rows.find((row) => row[1] === `\`${name}\``)).toEqual([
      "",
      `\`${name}\``,
      meta?.["defaultText"] === undefined ? "–" : `\`${meta["defaultText"] as string}\``,
      meta?.["unit"],
      meta?.description,
      meta?.["reason"],
      "",
    ]);
  }
});
