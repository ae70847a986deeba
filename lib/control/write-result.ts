import { type WriteResult } from "../shared/contract";
import { type Database, type Transaction } from "../store/database";
import { listNodes } from "../store/nodes";
import { type Appended, findNewestRevision } from "../store/revisions";

/** The answer to a write: the revision that the nodes must now follow, and how far they are. */
export async function toWriteResult(db: Database, appended: Appended): Promise<WriteResult> {
  return { revision: appended.id, createdAt: appended.createdAt, nodes: await listNodes(db) };
}

/** The newest revision, for a write that had nothing to change. */
export async function unchanged(tx: Transaction): Promise<Appended> {
  return (await findNewestRevision(tx)) ?? { id: 0, createdAt: 0 };
}
