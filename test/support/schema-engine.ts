import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import type { MigrationList, SchemaEngine } from "@prisma/schema-engine-wasm";
import * as bindings from "@prisma/schema-engine-wasm/schema_engine_bg";

const require = createRequire(import.meta.url);

interface AdapterUtils {
  bindMigrationAwareSqlAdapterFactory: (factory: PrismaPg) => object;
}

interface EngineBindings {
  __wbg_set_wasm: (exports: WebAssembly.Exports) => void;
  SchemaEngine: typeof SchemaEngine;
}

let loaded: Promise<EngineBindings> | undefined;

/** The package loads WebAssembly as a module, which Node 20 cannot: the instance is made by hand. */
async function loadEngine(): Promise<EngineBindings> {
  const entry = require.resolve("@prisma/schema-engine-wasm/schema_engine_bg");
  const wasm = readFileSync(join(dirname(entry), "schema_engine_bg.wasm"));
  const { instance } = await WebAssembly.instantiate(wasm, { "./schema_engine_bg.js": bindings });
  const engine = bindings as unknown as EngineBindings;
  engine.__wbg_set_wasm(instance.exports);
  (instance.exports["__wbindgen_start"] as () => void)();
  return engine;
}

/** Prisma's own migration engine on the database of `url`. */
export async function openSchemaEngine(url: string): Promise<SchemaEngine> {
  loaded ??= loadEngine();
  const engine = await loaded;
  const utils = createRequire(require.resolve("@prisma/adapter-pg"))(
    "@prisma/driver-adapter-utils",
  ) as AdapterUtils;
  return engine.SchemaEngine.new(
    { datamodels: undefined },
    () => undefined,
    utils.bindMigrationAwareSqlAdapterFactory(new PrismaPg({ connectionString: url })),
  );
}

/** A folder of migrations in the form that the engine takes. */
export function readMigrationList(folder: string): MigrationList {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
  return {
    baseDir: folder,
    lockfile: { path: "migration_lock.toml", content: 'provider = "postgresql"\n' },
    shadowDbInitScript: "",
    migrationDirectories: names.map((name) => ({
      path: name,
      migrationFile: {
        path: "migration.sql",
        content: { tag: "ok", value: readFileSync(join(folder, name, "migration.sql"), "utf8") },
      },
    })),
  };
}
