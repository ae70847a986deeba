/** Numbers with bounds: whoever gets one wrong is told the bounds, the unit, and what was there instead. */
import { z } from "zod";

/** What a number counts; part of every message about it. */
export type Unit =
  | "days"
  | "hours"
  | "seconds"
  | "milliseconds"
  | "tokens"
  | "requests per minute"
  | "tokens per minute"
  | "calls at a time"
  | "USD"
  | "USD per million tokens"
  | "units of the currency for one USD"
  | "%";

/** A number from `least` to `most`. */
export function numberWithin(least: number, most: number, unit?: Unit): z.ZodNumber {
  const error = boundsError("a number", least, most, unit);
  return z.number({ error }).min(least, { error }).max(most, { error });
}

/** A whole number from `least` to `most`. */
export function wholeWithin(least: number, most: number, unit?: Unit): z.ZodInt {
  const error = boundsError("a whole number", least, most, unit);
  return z.int({ error }).min(least, { error }).max(most, { error });
}

/** A list of `least` to `most` members, told as `what`. */
export function listOf<T extends z.ZodType>(
  member: T,
  what: string,
  least: number,
  most: number,
): z.ZodArray<T> {
  const error = `must be a list of ${least} to ${most} ${what}`;
  return z.array(member, { error }).min(least, { error }).max(most, { error });
}

export type ToldBounds = {
  readonly least: number;
  readonly most: number;
  /** As one word. */
  readonly unit: string;
  readonly kind: "whole" | "any";
};

/** The bounds that a message of `numberWithin` or `wholeWithin` tells; null for any other. */
export function boundsIn(message: string): ToldBounds | null {
  // Of what an error function knows, Zod keeps the text alone.
  const told = /^must be a (whole )?number between (\S+) and ([^\s,]+)(?: ([^,]+))?(?:, not .*)?$/;
  const [, whole, least, most, unit = "none"] = told.exec(message) ?? [];
  return least === undefined
    ? null
    : {
        least: Number(least),
        most: Number(most),
        unit: unit.replace("%", "percent").replaceAll(" ", "_"),
        kind: whole === undefined ? "any" : "whole",
      };
}

function boundsError(
  kind: string,
  least: number,
  most: number,
  unit: Unit | undefined,
): (issue: { readonly input?: unknown }) => string {
  const what = `must be ${kind} between ${least} and ${most}${unit === undefined ? "" : ` ${unit}`}`;
  // Only a number is repeated: anything else may be a secret in the wrong place.
  return ({ input }) => (typeof input === "number" ? `${what}, not ${input}` : what);
}
