import type { ConfigInput } from "@/lib/config/document";
import type { WallModel } from "@/lib/wall/catalog";
import type { FaultInput } from "@/lib/wall/fault-kinds";
import type { Attempt } from "@/lib/wall/journal";
import type { Wall } from "@/lib/wall/server";

type Provider = NonNullable<ConfigInput["providers"]>[number];
type Route = NonNullable<ConfigInput["routes"]>[number];
type Model = NonNullable<ConfigInput["models"]>[number];

/** A provider of a lane; the wall tells it from all others by its account. */
export interface LanePlace {
  name: string;
  /** What the wall serves it; gpt-4.1 for the first place, claude-sonnet-4-5 for the others. */
  upstream?: WallModel["id"];
  /** The place whose model it serves too; its own by default. */
  sameModelAs?: string;
  /** The provider's id, for one that several lanes share with its model: a document has a hundred at most. */
  provider?: string;
  /** Further keys of it, told apart as accounts `<lane>-<place>.<credential>`. */
  credentials?: readonly string[];
  regions?: readonly ("us-east" | "eu-west" | "ap-south")[];
  baseUrl?: string;
  price?: Model["price"];
  capabilities?: Model["capabilities"];
}

export interface LaneSpec {
  id: string;
  places?: readonly LanePlace[];
  limits?: Route["limits"];
  route?: Partial<Route>;
  probe?: Model["probe"];
}

/** What the providers of a lane saw of real calls, probes left out. */
export function seenBy(wall: Wall, lane: string, place = "first"): Attempt[] {
  return wall
    .attempts({ account: `${lane}-${place}`, kind: "chat" })
    .filter((attempt) => !isProbe(attempt));
}

export function isProbe(attempt: Attempt): boolean {
  return attempt.user_agent?.startsWith("bellwether-probe") === true;
}

/** Breaks one place of a lane, and nobody else's. */
export function breakPlace(wall: Wall, lane: string, fault: FaultInput, place = "first"): string {
  return wall.fault({
    ...fault,
    ...(fault.kind === "listen" ? {} : { account: `${lane}-${place}` }),
  });
}

const defaultPlaces: readonly LanePlace[] = [{ name: "first" }, { name: "second" }];

/**
 * A document in which every lane is a world of its own: providers, models and a chain that nobody else uses, so that
 * tests which break things leave each other alone. The route `<lane>` is the whole chain, `<lane>-alone` its first model.
 */
export function lanesDocument(wall: Wall, lanes: readonly LaneSpec[]): ConfigInput {
  return {
    allow_literal_secrets: true,
    providers: [...providersOf(wall, lanes).values()],
    models: [...new Map(lanes.flatMap(modelsOf).map((model) => [model.id, model])).values()],
    routes: lanes.flatMap(({ id, places = defaultPlaces, limits, route }) => {
      const chain = places.filter(({ sameModelAs }) => sameModelAs === undefined);
      const common = { ...(limits !== undefined && { limits }), ...route };
      return [
        { id, chain: chain.map((place) => modelIdOf(id, place)), ...common },
        {
          id: `${id}-alone`,
          chain: chain.slice(0, 1).map((place) => modelIdOf(id, place)),
          ...common,
        },
      ];
    }),
  };
}

function providerIdOf(lane: string, place: LanePlace): string {
  return place.provider ?? `${lane}-${place.name}`;
}

function modelIdOf(lane: string, place: LanePlace): string {
  return `${providerIdOf(lane, place)}-model`;
}

function providersOf(wall: Wall, lanes: readonly LaneSpec[]): Map<string, Provider> {
  const providers = new Map<string, Provider>();
  for (const { id: lane, places = defaultPlaces } of lanes) {
    for (const place of places) {
      const id = providerIdOf(lane, place);
      const { baseUrl, regions, credentials } = place;
      providers.set(id, {
        id,
        base_url: baseUrl ?? wall.baseUrl("alpha"),
        api_key: `${wall.key}.${id}`,
        allow_private_network: true,
        ...(credentials !== undefined && {
          credentials: credentials.map((credential) => ({
            id: credential,
            api_key: `${wall.key}.${id}.${credential}`,
          })),
        }),
        ...(regions !== undefined && {
          regions: regions.map((region) => ({ id: region, headers: { "X-Region": region } })),
        }),
      });
    }
  }
  return providers;
}

function modelsOf({ id, places = defaultPlaces, probe = { enabled: false } }: LaneSpec): Model[] {
  return places
    .filter(({ sameModelAs }) => sameModelAs === undefined)
    .map((own, index) => {
      const upstream = own.upstream ?? (index === 0 ? "gpt-4.1" : "claude-sonnet-4-5");
      return {
        id: modelIdOf(id, own),
        targets: places
          .filter((place) => place === own || place.sameModelAs === own.name)
          .map((place) => ({
            provider: providerIdOf(id, place),
            upstream_model: upstream,
          })),
        price: own.price ?? { input: 2, output: 8 },
        capabilities: own.capabilities ?? {
          tools: true,
          prefill: upstream === "claude-sonnet-4-5" || upstream === "deepseek-v3",
        },
        probe,
      };
    });
}
