import { randomUUID } from "node:crypto";
import { type Database } from "../store/database";
import { releaseLease, takeLease } from "../store/leases";

/** Which of several processes publishes the declarative file: two that have different ones would undo each other. */
export type FileClaim = {
  /**
   * Whether it is this one, for the next eight seconds; taken where nobody else has it.
   *
   * @throws {GatewayError} `database_unavailable`.
   */
  take(db: Database): Promise<boolean>;
  /** Lets another one publish its file now. */
  release(db: Database): Promise<void>;
};

const name = "file";
const times = { lengthMs: 8_000, limitMs: 4_000 };

/** A claim that nobody has taken yet. */
export function createFileClaim(): FileClaim {
  // A claim of its own for every start: two supervisors of one machine may have one name.
  const instance = randomUUID();
  return {
    async take(db) {
      const { epoch } = await takeLease(db, name, { holder: instance, instance }, times);
      return epoch !== null;
    },
    release: (db) => releaseLease(db, name, instance),
  };
}
