/** Which documents this release can obey. */
import type { ConfigDocument } from "./document";
import { dryRun, problemLine } from "./dry-run";

/** What a revision published, as it was written: whether this release can obey it is not known yet. */
export type RawDocument = { readonly revision: number; readonly document: unknown };

/** What a revision published, as this release reads it. */
export type Published = { readonly revision: number; readonly document: ConfigDocument };

/** A revision that this release does not obey; `problem` is one line. */
export type Refusal = { readonly revision: number; readonly problem: string };

/** Of some documents the newest that can be obeyed, and the newest that cannot, where it is newer. */
export type Judged = { readonly published: Published | null; readonly refused: Refusal | null };

/** One document, as this release reads it or as it refuses it. */
export function judgeDocument({ revision, document: input }: RawDocument): Judged {
  try {
    // What people switched off is no fault of the document.
    const run = dryRun(input, [], 0);
    return run.ok
      ? { published: { revision, document: run.document }, refused: null }
      : { published: null, refused: { revision, problem: problemLine(run.problems) } };
  } catch (error) {
    return { published: null, refused: { revision, problem: String(error) } };
  }
}
