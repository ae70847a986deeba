import { type WriteResult } from "../shared/contract";
import { type Database, type Transaction } from "../store/database";
import { listNodes } from "../store/nodes";
import { type Appended, findNewestRevision } from "../store/revisions";

/** What a write appended, and for whom nobody can answer after it. */
export type Written = Appended & {
  readonly silencedRoutes?: readonly string[];
  /** All that it appended, where it may have been several. */
  readonly revisions?: readonly number[];
};

/** The answer to a write: the revision that the nodes must now follow, and how far they are. */
export async function toWriteResult(db: Database, written: Written): Promise<WriteResult> {
  const { id: revision, createdAt, silencedRoutes = [], revisions = [] } = written;
  return {
    revision,
    createdAt,
    nodes: await listNodes(db),
    silencedRoutes: [...silencedRoutes],
    ...(revisions.length > 1 && { revisions: [...revisions] }),
  };
}

/** The newest revision, for a write that had nothing to change. */
export async function unchanged(tx: Transaction): Promise<Appended> {
  return (await findNewestRevision(tx)) ?? { id: 0, createdAt: 0 };
}
