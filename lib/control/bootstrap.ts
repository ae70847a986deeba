import { readFileSync } from "node:fs";
import { type ConfigDocument, type ConfigInput } from "../config/document";
import { parseConfigText } from "../config/file";
import { inertSettings } from "../config/inert";
import { type Env, type ProviderKeyName } from "../shared/env";
import { GatewayError } from "../shared/errors";
import { type BaseDocument, findBaseDocument, findDocument } from "../store/configuration";
import { contentHash } from "../store/content-hash";
import { type Database } from "../store/database";
import { type ActingPerson, systemActor } from "./actor";
import { demoDocument, keyedDocument, withMissingProviders } from "./first-document";
import { ensureKeyFile } from "./key-file";
import { checked } from "./checked-document";
import { type FileClaim } from "./file-claim";
import { publishDocument } from "./publish-document";
import { type ControlDeps, createControlDeps } from "./verb";

export type BootstrapOptions = {
  readonly env: Pick<Env, "configPath" | "demo">;
  readonly dataDir: string;
  /** Where the wall listens; null when it may not run. */
  readonly demo: { readonly wallUrl: string } | null;
  /** The provider keys that the environment holds. */
  readonly providerKeyNames: readonly ProviderKeyName[];
  /** The right to publish the declarative file. */
  readonly claim: FileClaim;
};

export type Bootstrapped = {
  /** The application key to show; null when it is not in the data folder any more. */
  readonly appKey: string | null;
  /** The demo load's key; null unless the demo runs. */
  readonly demoKey: string | null;
  /** The configuration is the demo's: the wall and its load should run. */
  readonly demo: boolean;
  /** What was done, for the console, one line each. */
  readonly notes: readonly string[];
};

/**
 * A configuration and a first key in the database, whatever was there before; safe to repeat at every start.
 *
 * @throws {GatewayError} `invalid_request` with the problems of the declarative file, line and column each.
 */
export async function bootstrap(db: Database, options: BootstrapOptions): Promise<Bootstrapped> {
  const deps = createControlDeps(db);
  const notes: string[] = [];
  if (options.env.configPath === undefined) {
    await ensureDocument(deps, options, notes);
  } else if ((await options.claim.take(db)) || (await isEmpty(db))) {
    await publishFile(deps, options.env.configPath, notes);
  } else {
    await compareFile(deps, options.env.configPath, notes);
  }
  const base = await db.run((prisma) => findBaseDocument(prisma));
  const demo = base?.demo === true && options.demo !== null;
  return {
    appKey: await ensureKeyFile(deps, "default", "live", options.dataDir, "app-key"),
    demoKey: demo ? await ensureKeyFile(deps, "demo", "demo", options.dataDir, "demo-key") : null,
    demo,
    notes,
  };
}

/**
 * Says whether the declarative file is what is in force, where another process publishes its own.
 *
 * @throws {GatewayError} `invalid_request` with its problems.
 */
export async function compareFile(
  { db }: ControlDeps,
  path: string,
  notes: string[],
): Promise<void> {
  const document = checked(parseFile(path));
  const base = await db.run((prisma) => findBaseDocument(prisma));
  if (base?.contentHash !== contentHash(document)) {
    notes.push(
      `warning: ${path} differs from the file that another process published; it waits until that one has ended`,
    );
  }
}

/** Publishes the declarative file. @throws {GatewayError} `invalid_request` with its problems. */
export async function publishFile(
  deps: ControlDeps,
  path: string,
  notes: string[] = [],
): Promise<void> {
  const actor: ActingPerson = { type: "file", name: path, role: "admin" };
  const document = parseFile(path);
  const { changed, revision, silencedRoutes } = await publishDocument(actor, deps, {
    document,
    source: { kind: "file", path },
  });
  if (changed) {
    notes.push(`published ${path} as revision ${revision}`);
    if (silencedRoutes.length > 0) {
      notes.push(
        `warning: nobody can answer for ${silencedRoutes.join(", ")}: all of their targets are switched off`,
      );
    }
    const inert = inertSettings(document);
    if (inert.length > 0) {
      notes.push(`warning: ${path} has settings without effect: ${inert.join(", ")}`);
    }
  }
}

async function isEmpty(db: Database): Promise<boolean> {
  return (await db.run((prisma) => findBaseDocument(prisma))) === undefined;
}

function parseFile(path: string): ConfigDocument {
  const parsed = parseConfigText(readConfigFile(path));
  if (!parsed.ok) {
    const lines = parsed.problems.map(
      ({ line, column, message }) => `${path}:${line}:${column} ${message}`,
    );
    throw new GatewayError("invalid_request", { message: lines.join("\n") });
  }
  return parsed.document;
}

function readConfigFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new GatewayError("invalid_request", {
      message: `BELLWETHER_CONFIG names ${path}, which cannot be read.`,
      cause,
    });
  }
}

async function ensureDocument(
  deps: ControlDeps,
  options: BootstrapOptions,
  notes: string[],
): Promise<void> {
  const base = await deps.db.run((prisma) => findBaseDocument(prisma));
  if (base?.source === "file") {
    notes.push(`BELLWETHER_CONFIG is not set; the configuration that ${base.path} left stays`);
    return;
  }
  const current = await deps.db.run((prisma) => findDocument(prisma));
  if (current !== undefined && current.refused !== null) {
    const { revision, problem } = current.refused;
    notes.push(
      `warning: this release cannot obey revision ${revision} (${problem}); it stays, and the one before it holds`,
    );
    return;
  }
  if (base === undefined || isPlaceholder(base)) {
    await publishFirst(deps, options, notes);
    return;
  }
  const { document, added } = withMissingProviders(
    current?.document ?? base.document,
    options.providerKeyNames,
  );
  if (added.length > 0) {
    await publish(deps, document, false);
    notes.push(`added the providers of ${added.join(", ")}`);
  }
}

/** Nothing of value: the demo, or an empty document from a start without any provider. */
function isPlaceholder(base: BaseDocument): boolean {
  return base.demo || base.document.providers.length === 0;
}

async function publishFirst(
  deps: ControlDeps,
  { env, demo, providerKeyNames }: BootstrapOptions,
  notes: string[],
): Promise<void> {
  if (demo !== null && (env.demo === "on" || providerKeyNames.length === 0)) {
    await publish(deps, demoDocument(demo.wallUrl), true);
    if (providerKeyNames.length > 0) {
      notes.push(`BELLWETHER_DEMO=on: ${providerKeyNames.join(", ")} wait until the demo ends`);
    }
    return;
  }
  if (await publish(deps, keyedDocument(providerKeyNames), false)) {
    notes.push(
      providerKeyNames.length > 0
        ? `added the providers of ${providerKeyNames.join(", ")}`
        : "no provider is configured yet: set OPENAI_API_KEY or another key, or BELLWETHER_CONFIG",
    );
  }
}

async function publish(deps: ControlDeps, document: ConfigInput, demo: boolean): Promise<boolean> {
  const { changed } = await publishDocument(systemActor, deps, {
    document,
    source: { kind: "bootstrap", demo },
  });
  return changed;
}
