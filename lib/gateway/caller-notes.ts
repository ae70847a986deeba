/** What a caller wants written, and not written, about its call. */
import type { IncomingMessage } from "node:http";
import { GatewayError } from "../shared/errors";

export type CallerNotes = {
  /** The caller's own words about the call, such as a user or a feature; null when there are none. */
  readonly metadata: Readonly<Record<string, string>> | null;
  /** Nothing that a provider or the caller said goes into the log: figures only. */
  readonly isQuiet: boolean;
};

const metadataHeader = "x-bellwether-metadata";
const maxEntries = 16;
const maxKeyChars = 64;
const maxValueChars = 256;

export const noNotes: CallerNotes = { metadata: null, isQuiet: false };

/**
 * The notes in a request's headers.
 *
 * @throws {GatewayError} `invalid_request` when the metadata is not a small JSON object of strings.
 */
export function callerNotes(req: IncomingMessage): CallerNotes {
  const quiet = req.headers["x-bellwether-no-log"];
  const isQuiet = typeof quiet === "string" && quiet !== "" && quiet !== "0" && quiet !== "false";
  const text = req.headers[metadataHeader];
  if (typeof text !== "string" || text === "") {
    return isQuiet ? { metadata: null, isQuiet } : noNotes;
  }
  const metadata = readMetadata(text);
  return { metadata: isQuiet ? null : metadata, isQuiet };
}

function readMetadata(text: string): Readonly<Record<string, string>> {
  const entries = Object.entries(parsedOrNull(text) ?? {});
  const isFine =
    entries.length > 0 &&
    entries.length <= maxEntries &&
    entries.every(
      ([key, value]) =>
        key.length <= maxKeyChars && typeof value === "string" && value.length <= maxValueChars,
    );
  if (!isFine) {
    throw new GatewayError("invalid_request", {
      param: metadataHeader,
      message:
        `\`${metadataHeader}\` must be a JSON object of 1 to ${maxEntries} strings, names of at most ` +
        `${maxKeyChars} and values of at most ${maxValueChars} characters.`,
    });
  }
  return Object.fromEntries(entries);
}

function parsedOrNull(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
