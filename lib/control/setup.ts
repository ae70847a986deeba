import { setTimeout as sleep } from "node:timers/promises";
import { type ConfigDocument, type ConfigInput } from "../config/document";
import { type CreatedKey, type WriteResult } from "../shared/contract";
import { GatewayError } from "../shared/errors";
import { isRecord } from "../shared/record";
import {
  type DrillResult,
  type SetupCallRequest,
  type SetupCallResult,
  type SetupView,
} from "../shared/setup-contract";
import { listAppKeysSince } from "../store/app-keys";
import { type Database } from "../store/database";
import { listNodes } from "../store/nodes";
import { errorIn, sendAsApp } from "./app-call";
import { createAppKey } from "./create-app-key";
import { readCurrent } from "./current";
import { editDocument } from "./edit-document";
import { demoDocument } from "./first-document";
import { type Relay } from "./relay";
import { type Drill, startDrill } from "./rotate-key";
import { defineVerb } from "./verb";

type Place = { readonly wallUrl: string | null; readonly gatewayUrl: string };

/** Where an installation stands on its way to a first call. */
export const setupView = defineVerb<Place, SetupView>(
  "read",
  async (_actor, deps, { wallUrl, gatewayUrl }) => {
    const { document } = await readCurrent(deps);
    return {
      gatewayUrl,
      ready: document.models.length > 0,
      mock: wallUrl !== null,
      mockOnly:
        wallUrl !== null &&
        document.providers.length > 0 &&
        document.providers.every((provider) => provider.base_url.startsWith(wallUrl)),
    };
  },
);

/** The built-in fake providers and their models, as far as they are not there. @throws {GatewayError} `invalid_request` where they do not run. */
export const addMockProviders = defineVerb<{ readonly wallUrl: string | null }, WriteResult>(
  "administer",
  async (actor, deps, { wallUrl }) => {
    if (wallUrl === null) {
      throw new GatewayError("invalid_request", {
        message: "The built-in fake provider does not run here: start with BELLWETHER_DEMO=on.",
        refusal: { reason: "demo_off" },
      });
    }
    const demo = demoDocument(wallUrl);
    return editDocument(actor, deps, {
      object: "provider:alpha",
      ...{ reason: null, ifMatch: null },
      change: (document) => withDemo(document, demo),
    });
  },
);

function withDemo(document: ConfigDocument, demo: ConfigInput): ConfigInput {
  const { providers = [], models = [], routes = [] } = demo;
  const lacking = <T extends { readonly id: string }>(
    there: readonly { readonly id: string }[],
    wanted: readonly T[],
  ): T[] => wanted.filter(({ id }) => !there.some((one) => one.id === id));
  const names = [...document.models, ...document.routes];
  const isEmpty = document.models.length === 0;
  return {
    ...document,
    providers: [...document.providers, ...lacking(document.providers, providers)],
    models: [...document.models, ...lacking(names, models)],
    routes: [...document.routes, ...(isEmpty ? lacking(names, routes) : [])],
  };
}

const firstKey = "first-app";

/** A key to begin with, under the first name that is free. */
export const makeFirstKey = defineVerb<null, CreatedKey>("administer", async (actor, deps) => {
  const keys = await deps.db.run((prisma) => listAppKeysSince(prisma, 0));
  const taken = new Set(keys.map(({ id }) => id));
  let id = firstKey;
  for (let number = 2; taken.has(id); number += 1) {
    id = `${firstKey}-${number}`;
  }
  return createAppKey(actor, deps, { id, kind: "live" });
});

const prompt = "Say hello in one short sentence.";
const mostTokens = 40;
const mostText = 400;

/** Sends one call as an application would, through the gateway's own door. Trouble is a result. */
export async function sendSetupCall(
  relay: Relay,
  gatewayUrl: string,
  { key, model }: SetupCallRequest,
): Promise<SetupCallResult> {
  const { response, callId } = await sendAsApp(relay, gatewayUrl, {
    key,
    body: JSON.stringify({
      model,
      max_tokens: mostTokens,
      messages: [{ role: "user", content: prompt }],
    }),
  });
  const body: unknown = await response.json().catch(() => null);
  const text = completionText(body);
  return {
    served: response.ok && text !== null,
    status: response.status,
    callId,
    text: text?.slice(0, mostText) ?? null,
    ...errorIn(body),
  };
}

function completionText(body: unknown): string | null {
  const choices = isRecord(body) && Array.isArray(body["choices"]) ? body["choices"] : [];
  const [first] = choices as unknown[];
  const message = isRecord(first) ? first["message"] : undefined;
  const content = isRecord(message) ? message["content"] : undefined;
  return typeof content === "string" && content !== "" ? content : null;
}

const appliedWithinMs = 5_000;
const lookEveryMs = 50;

/** Starts a drill, and resolves once every live node obeys it. @throws {GatewayError} as `startDrill`. */
export const drillKey = defineVerb<Drill, DrillResult>("operate", async (actor, deps, drill) => {
  const started = await startDrill(actor, deps, drill);
  await untilApplied(deps.db, started.revision);
  return started;
});

/** Resolves when every live node obeys `revision`, or when that takes too long to wait for. */
export async function untilApplied(db: Database, revision: number): Promise<void> {
  for (let untilMs = performance.now() + appliedWithinMs; performance.now() < untilMs;) {
    const nodes = await listNodes(db);
    if (nodes.every(({ live, appliedRevision }) => !live || appliedRevision >= revision)) {
      return;
    }
    await sleep(lookEveryMs);
  }
}
