import type { FaultBook } from "./fault-book";
import type { Journal } from "./journal";
import type { PromptCache } from "./prompt-cache";

/** What one running wall knows; requests read it, the control API changes it. */
export interface WallState {
  readonly key: string;
  /** Multiplies every latency of the catalogue; 0 answers at once. */
  latencyScale: number;
  readonly faults: FaultBook;
  readonly journal: Journal;
  readonly promptCache: PromptCache;
}
