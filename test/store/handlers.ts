import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type ApiHandler } from "@/lib/control/api";

const root = fileURLToPath(new URL("../../app/", import.meta.url));
const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;

export interface FoundHandler {
  readonly method: (typeof methods)[number];
  /** As Next writes it: `/api/targets/[id]`. */
  readonly route: string;
  readonly handler: ApiHandler;
}

/** Every handler of every route file under app/, whatever its author remembered. */
export async function findHandlers(): Promise<FoundHandler[]> {
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) =>
    /(^|\/)route\.tsx?$/.test(name),
  );
  const found = await Promise.all(
    files.map(async (name) => {
      const path = join(root, name);
      const exported = (await import(path)) as Record<string, unknown>;
      const route = `/${relative(root, path).replace(/\/route\.tsx?$/, "")}`;
      return methods.flatMap((method) =>
        exported[method] === undefined
          ? []
          : [{ method, route, handler: exported[method] as ApiHandler }],
      );
    }),
  );
  return found.flat();
}
