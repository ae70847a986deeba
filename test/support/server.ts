import { readdirSync, readFileSync } from "node:fs";
import type { Pool } from "pg";

export interface Server {
  /** Stops every process of it where it stands. */
  freeze: () => void;
  thaw: () => void;
}

/** The PostgreSQL of a pool, whose processes can be stopped and continued as a whole. */
export async function serverOf(pool: Pick<Pool, "query">): Promise<Server> {
  const { rows } = await pool.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  const postmaster = parentOf(rows[0]?.pid ?? 0);
  const signal = (name: "SIGSTOP" | "SIGCONT"): void => {
    // The postmaster first: a child that ends while it is stopped is not replaced.
    const children = readdirSync("/proc")
      .map(Number)
      .filter((pid) => pid > 0 && parentOf(pid) === postmaster);
    for (const pid of [postmaster, ...children]) {
      try {
        process.kill(pid, name);
      } catch {
        // It has ended meanwhile.
      }
    }
  };
  return {
    freeze: () => {
      signal("SIGSTOP");
    },
    thaw: () => {
      signal("SIGCONT");
    },
  };
}

function parentOf(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ")[1]);
  } catch {
    return 0;
  }
}
