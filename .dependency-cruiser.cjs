/**
 * Which part of lib may import which other parts. `types` are allowed for `import type` only.
 * server.ts and lib/supervisor, the composition root, may import everything in lib.
 */
const parts = {
  shared: { code: [] },
  core: { code: ["shared"], types: ["dialects", "pricing", "config"] },
  dialects: { code: ["shared"], types: ["core", "pricing"] },
  pricing: { code: ["shared"], types: ["core", "dialects"] },
  config: { code: ["shared", "core", "pricing"], types: ["dialects"] },
  sim: { code: ["shared", "core", "config"] },
  wall: { code: ["shared", "dialects"] },
  store: { code: ["shared", "config", "pricing"], types: ["core", "dialects"] },
  gateway: { code: ["shared", "core", "dialects", "pricing", "config", "store", "probes"] },
  probes: { code: ["shared", "core", "dialects", "pricing", "config", "store"] },
  control: { code: ["shared", "core", "pricing", "config", "sim", "store"] },
};

const pure = "^lib/(core|dialects|pricing|config)/";
const browser = "^components/";
const serverOnlyShared = "^lib/shared/(env|log|node|server)";

/** @returns {import("dependency-cruiser").IForbiddenRuleType[]} */
function partRules() {
  return Object.entries(parts).flatMap(([part, { code, types = [] }]) => {
    const own = [part, ...code].join("|");
    const rules = [
      {
        name: `${part}-imports-only-its-own-parts`,
        severity: "error",
        comment: `lib/${part} may import ${code.join(", ") || "nothing"} of lib.`,
        from: { path: `^lib/${part}/` },
        to: { path: "^lib/", pathNot: `^lib/(${[own, ...types].join("|")})/` },
      },
    ];
    if (types.length > 0) {
      rules.push({
        name: `${part}-takes-types-only`,
        severity: "error",
        comment: `Of lib/{${types.join(",")}} lib/${part} may import types only.`,
        from: { path: `^lib/${part}/` },
        to: { path: `^lib/(${types.join("|")})/`, dependencyTypesNot: ["type-only"] },
      });
    }
    return rules;
  });
}

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: "no-circular",
      severity: "error",
      comment: "A cycle has no first file to read.",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "no-unresolvable",
      severity: "error",
      comment: "The import points at nothing.",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "no-orphans",
      severity: "error",
      comment: "Nothing imports the file and it imports nothing.",
      from: {
        orphan: true,
        pathNot: [
          "\\.d\\.ts$",
          "(^|/)[^/]+\\.config\\.(ts|mjs|cjs)$",
          "^\\.dependency-cruiser\\.cjs$",
          "^app/",
          "^(start|test/[^/]+)\\.mjs$",
          "^test/",
        ],
      },
      to: {},
    },
    ...partRules(),
    {
      name: "core-is-pure",
      severity: "error",
      comment: "The router decides from its arguments: no packages, no Node.",
      from: { path: "^lib/core/" },
      to: { dependencyTypes: ["core", "npm", "npm-dev", "npm-optional", "npm-no-pkg"] },
    },
    {
      name: "dialects-and-pricing-are-pure",
      severity: "error",
      comment: "Wire formats, prices and configuration parse and compute; they do no I/O.",
      from: { path: "^lib/(dialects|pricing|config)/" },
      to: {
        dependencyTypes: ["core", "npm", "npm-dev", "npm-optional", "npm-no-pkg"],
        pathNot: "(^|/)node_modules/(zod|yaml)/",
      },
    },
    {
      name: "pure-and-browser-code-leaves-the-process-alone",
      severity: "error",
      comment: "These parts of lib/shared need Node.",
      from: { path: [pure, browser] },
      to: { path: serverOnlyShared, dependencyTypesNot: ["type-only"] },
    },
    {
      name: "browser-code-does-not-reach-the-environment",
      severity: "error",
      comment: "A component pulls the server's environment into the browser bundle.",
      from: { path: browser },
      to: { path: "^lib/shared/env\\.ts$", reachable: true },
    },
    {
      name: "traces-are-loaded-on-demand",
      severity: "error",
      comment: "Where nothing is traced, the code that traces is not even loaded.",
      from: { path: "^lib/", pathNot: "^lib/gateway/traces/" },
      to: {
        path: "^lib/gateway/traces/",
        dependencyTypesNot: ["type-only", "dynamic-import"],
      },
    },
    {
      name: "only-store-touches-prisma",
      severity: "error",
      comment: "SQL and Prisma types stay behind functions that are named by their question.",
      from: { path: "^(app|components|lib|bench|server\\.ts)", pathNot: "^lib/store/" },
      to: {
        path: "(^|/)node_modules/(@types/)?(@prisma|prisma|pg|pg-[^/]+)/|^lib/store/generated/",
      },
    },
    {
      name: "lib-does-not-know-next-or-react",
      severity: "error",
      comment: "The gateway shares lib and must start without the dashboard's frameworks.",
      from: { path: "^lib/" },
      to: { path: "(^|/)node_modules/(@types/)?(next|react|react-dom|@tanstack/react-query)/" },
    },
    {
      name: "dashboard-never-imports-the-gateway",
      severity: "error",
      comment: "The two planes meet in the database only.",
      from: { path: "^(app|components|lib/control)/" },
      to: { path: "^lib/(gateway|probes|wall|supervisor)/" },
    },
    {
      name: "app-goes-through-control",
      severity: "error",
      comment: "Routes turn a request into an actor and call one verb of lib/control.",
      from: { path: "^app/" },
      to: { path: "^lib/(store|sim|dialects)/" },
    },
    {
      name: "components-do-not-touch-the-server",
      severity: "error",
      comment: "Components get their data through queries.ts and the API.",
      from: { path: "^components/" },
      to: { path: "^lib/(store|gateway|control|probes|wall|supervisor|sim|dialects)/" },
    },
    {
      name: "no-schemas-in-the-browser",
      severity: "error",
      comment: "Every page would load and build them; components take the types of the contract.",
      from: { path: "^components/" },
      to: {
        path: "^lib/shared/[a-z-]*contract\\.ts$|(^|/)node_modules/zod/",
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "links-are-our-own",
      severity: "error",
      comment: "Next's own asks the server for every page in sight.",
      from: { path: "^components/", pathNot: "^components/ui/link" },
      to: { path: "(^|/)node_modules/next/link" },
    },
    {
      name: "features-do-not-import-features",
      severity: "error",
      comment: "What two features need belongs in ui, charts, shell or components/lib.",
      from: { path: "^components/([^/]+)/", pathNot: "^components/(ui|charts|shell|lib)/" },
      to: { path: "^components/[^/]+/", pathNot: "^components/($1|ui|charts|shell|lib)/" },
    },
    {
      name: "primitives-do-not-import-features",
      severity: "error",
      comment: "ui and charts take props only.",
      from: { path: "^components/(ui|charts)/" },
      to: { path: "^components/[^/]+/", pathNot: "^components/(ui|charts|lib)/" },
    },
    {
      name: "nothing-imports-app",
      severity: "error",
      comment: "Routes are leaves.",
      from: { pathNot: "^(app|test)/" },
      to: { path: "^app/" },
    },
    {
      name: "source-does-not-import-tests",
      severity: "error",
      comment: "Tests and benchmarks are not shipped.",
      from: { path: "^(app|components|lib|server\\.ts|start\\.mjs)" },
      to: { path: "^(test|bench)/" },
    },
    {
      name: "no-dev-deps-in-source",
      severity: "error",
      comment: "A production install has no devDependencies.",
      from: { path: "^(app|components|lib|server\\.ts|start\\.mjs)" },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
    },
  ],
  options: {
    doNotFollow: { path: "(^|/)node_modules/" },
    exclude: { path: "^(\\.next|dist|data|coverage|\\.cache)/|^next-env\\.d\\.ts$" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
      mainFields: ["module", "main", "types"],
    },
    skipAnalysisNotInRules: true,
  },
};
