/**
 * A secret that was sealed for the gateways, as it stands in a document: who sealed it opens nothing, and what may be shown
 * of it stands before it. Browser-safe; `boxes.ts` makes and opens them.
 */

const boxPattern =
  /^box:1:([A-Za-z0-9_-]{0,16}):(\d{1,15}):[0-9a-f]{16}\.[A-Za-z0-9_-]{60,}(?:\+[0-9a-f]{16}\.[A-Za-z0-9_-]{60,})*$/;

export type BoxFacts = {
  /** Of a secret that is long enough for it; null for others. */
  readonly last4: string | null;
  /** Epoch ms. */
  readonly sealedAt: number;
};

/** Whether `text` is a sealed secret. */
export function isBox(text: string): boolean {
  return boxPattern.test(text);
}

/** What a sealed secret shows; undefined for anything else. */
export function boxFacts(text: string): BoxFacts | undefined {
  const [, shown, sealedAt] = boxPattern.exec(text) ?? [];
  return shown === undefined || sealedAt === undefined
    ? undefined
    : { last4: shown === "" ? null : shown, sealedAt: Number(sealedAt) };
}

/** The place of a provider's key: a box opens only there. Null is the provider's first credential. */
export function keyPlace(provider: string, credential: string | null): string {
  return `provider:${provider}:key:${credential ?? ""}`;
}

/** The place of a header of a region. */
export function headerPlace(provider: string, region: string, header: string): string {
  return `provider:${provider}:header:${region}:${header.toLowerCase()}`;
}
