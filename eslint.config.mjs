import queryPlugin from "@tanstack/eslint-plugin-query";
import nextCoreWebVitals from "eslint-config-next/core-web-vitals";
import globals from "globals";
import tseslint from "typescript-eslint";

// Flat config replaces a rule that is configured twice, so every zone gets the whole list.
const bannedSyntax = [
  {
    selector: "MemberExpression[property.name=/^\\$(query|execute)RawUnsafe$/]",
    message: "Use the tagged $queryRaw or $executeRaw, which bind their parameters.",
  },
];
const impureSyntax = [
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: "Pure code takes the time as an argument.",
  },
  {
    selector: "CallExpression[callee.name='Date']",
    message: "Pure code takes the time as an argument.",
  },
];
const environmentProperties = [
  {
    object: "process",
    property: "env",
    message: "Only lib/shared/env.ts reads the environment.",
  },
];
const impureProperties = [
  { object: "Date", property: "now", message: "Pure code takes the time as an argument." },
  { object: "Math", property: "random", message: "Pure code takes chance as an argument." },
];
const impureGlobals = [
  "performance",
  "process",
  "crypto",
  "fetch",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "queueMicrotask",
].map((name) => ({ name, message: "Pure code has no clock, no chance and no I/O." }));

// The dependency rules keep React out of lib, and nothing there draws: its rules took up to a fifth of the time.
const withoutReact = ["{lib,bench}/**", "test/!(components)/**"];
const reactRules = [...nextCoreWebVitals, ...queryPlugin.configs["flat/recommended-strict"]].map(
  (config) => (config.rules === undefined ? config : { ...config, ignores: withoutReact }),
);

const typescript = ["**/*.{ts,tsx,mts}"];
const pure = ["lib/{core,dialects,pricing,config}/**/*.ts"];
const mayReadEnvironment = [
  "lib/shared/env.ts",
  "start.mjs",
  "*.config.{ts,mjs}",
  "{test,bench}/**",
];
const mayExportDefault = [
  "app/**/{page,layout,template,loading,error,not-found,global-error,global-not-found,default}.tsx",
  "app/**/{icon,apple-icon,opengraph-image,twitter-image,sitemap,robots,manifest}.{ts,tsx}",
  "*.config.{ts,mts,mjs}",
];

export default tseslint.config(
  {
    ignores: [
      ".next/**",
      ".cache/**",
      "dist/**",
      "data/**",
      "coverage/**",
      "next-env.d.ts",
      "lib/store/generated/**",
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  ...reactRules,
  {
    files: typescript,
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "@typescript-eslint/consistent-type-definitions": "off",
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-floating-promises": ["error", { ignoreVoid: false }],
      "@typescript-eslint/no-misused-promises": [
        "error",
        { checksVoidReturn: { attributes: false } },
      ],
      "@typescript-eslint/no-unnecessary-condition": [
        "error",
        { allowConstantLoopConditions: "only-allowed-literals" },
      ],
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_", ignoreRestSiblings: true },
      ],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/return-await": ["error", "in-try-catch"],
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: false, requireDefaultForNonUnion: false },
      ],
    },
  },
  {
    rules: {
      curly: "error",
      eqeqeq: "error",
      "no-console": "error",
      "no-nested-ternary": "error",
      "no-param-reassign": ["error", { props: false }],
      "no-warning-comments": ["error", { terms: ["todo", "fixme", "xxx", "hack"] }],
      "object-shorthand": "error",
      "prefer-const": "error",
    },
  },
  {
    files: ["lib/**/*.ts"],
    rules: { "@typescript-eslint/explicit-module-boundary-types": "error" },
  },
  {
    // An import of types alone, written inline, still loads its module: a whole chart library once.
    files: ["app/**/*.{ts,tsx}", "components/**/*.{ts,tsx}"],
    rules: { "@typescript-eslint/no-import-type-side-effects": "error" },
  },
  {
    ignores: mayExportDefault,
    rules: {
      "no-restricted-exports": [
        "error",
        {
          restrictDefaultExports: {
            direct: true,
            named: true,
            defaultFrom: true,
            namedFrom: true,
            namespaceFrom: true,
          },
        },
      ],
    },
  },
  {
    files: pure,
    rules: {
      "no-restricted-globals": ["error", ...impureGlobals],
      "no-restricted-properties": ["error", ...impureProperties],
      "no-restricted-syntax": ["error", ...bannedSyntax, ...impureSyntax],
    },
  },
  {
    ignores: pure,
    rules: { "no-restricted-syntax": ["error", ...bannedSyntax] },
  },
  {
    ignores: [...pure, ...mayReadEnvironment],
    rules: {
      "no-restricted-properties": ["error", ...environmentProperties],
      "no-restricted-imports": [
        "error",
        ...["process", "node:process"].map((name) => ({
          name,
          importNames: ["env", "default"],
          message: "Only lib/shared/env.ts reads the environment.",
        })),
      ],
    },
  },
  {
    files: ["**/*.{mjs,cjs}"],
    languageOptions: { globals: globals.node },
    rules: { "no-console": "off", "no-undef": "error", "no-unused-vars": "error" },
  },
  {
    files: ["bench/**"],
    rules: { "no-console": "off" },
  },
  {
    files: ["test/**/*.{ts,tsx}"],
    rules: {
      "@typescript-eslint/no-empty-function": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/require-await": "off",
    },
  },
);
