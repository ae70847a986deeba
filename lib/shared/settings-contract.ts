/**
 * The operator API's words about settings and the declarative file. Browser-safe: this file imports only `zod/mini`.
 *
 * Instants are epoch milliseconds.
 */
import * as z from "zod/mini";
import { ChangeLine, ImpactView, NodeView } from "./contract";

const NodeSettings = z.extend(NodeView, {
  /** What its environment decides; null: a secret that is set. Empty before its first word. */
  environment: z.record(z.string(), z.nullable(z.string())),
});

export const SettingsView = z.object({
  generatedAt: z.number(),
  revision: z.number(),
  /** The newest revision is so old. */
  revisedAt: z.nullable(z.number()),
  settings: z.object({
    timezone: z.nullable(z.string()),
    callLogDays: z.nullable(z.number()),
    probeBudgetUsdPerDay: z.nullable(z.number()),
    /** Of 100 calls so many are to be served; between 50 and 100. */
    sloServedPercent: z.nullable(z.number()),
    /** What amounts are shown in beside US dollars, once `exchangeRate` says what it is worth. */
    currency: z.nullable(z.string()),
    exchangeRate: z.nullable(z.object({ perUsd: z.number(), at: z.string() })),
  }),
  /** What is in force where the settings say nothing. */
  defaults: z.object({
    timezone: z.string(),
    callLogDays: z.number(),
    probeBudgetUsdPerDay: z.number(),
    sloServedPercent: z.number(),
  }),
  settingsRevision: z.number(),
  /** The configuration file that owns the settings; null: the control room does. */
  file: z.nullable(z.string()),
  nodes: z.array(NodeSettings),
  /** What the dashboard's own environment decides. */
  environment: z.record(z.string(), z.nullable(z.string())),
});
export type SettingsView = z.infer<typeof SettingsView>;

const reason = z.optional(z.string().check(z.maxLength(500)));

/** Body of PUT /api/settings; absent: as it is; null: the default. */
export const SettingsRequest = z.strictObject({
  timezone: z.optional(z.nullable(z.string())),
  callLogDays: z.optional(z.nullable(z.number())),
  probeBudgetUsdPerDay: z.optional(z.nullable(z.number())),
  sloServedPercent: z.optional(z.nullable(z.number())),
  currency: z.optional(z.nullable(z.string())),
  /** `at`: the day that the rate is of, such as 2026-11-21. */
  exchangeRate: z.optional(z.nullable(z.strictObject({ perUsd: z.number(), at: z.string() }))),
  reason,
});
export type SettingsRequest = z.infer<typeof SettingsRequest>;

/** Body of POST /api/config/preview and of PUT /api/config: the declarative file. */
export const ImportRequest = z.strictObject({ text: z.string(), reason });
export type ImportRequest = z.infer<typeof ImportRequest>;

/** What importing a file would do; nothing was done. */
export const ImportPreview = z.object({
  /** Empty: it can be imported. Lines and columns count from 1. */
  problems: z.array(
    z.object({
      message: z.string(),
      line: z.number(),
      column: z.number(),
      /** The setting's place in the file; where it is known, the message begins with it. */
      place: z.optional(z.string()),
      /** As in the body of an error. */
      reason: z.optional(z.string()),
      values: z.optional(z.record(z.string(), z.union([z.string(), z.number()]))),
    }),
  ),
  lines: z.array(ChangeLine),
  lineCount: z.number(),
  /** Typed keys in it that importing seals. */
  sealed: z.number(),
  silencedRoutes: z.array(z.string()),
  /** What would be there no more, such as `model:gpt-4.1`. */
  removed: z.array(z.string()),
  /** Whose calls it moves; null: it changes nothing. */
  impact: z.nullable(ImpactView),
  /** To be sent as If-Match with the import. */
  revision: z.number(),
});
export type ImportPreview = z.infer<typeof ImportPreview>;
