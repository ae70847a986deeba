/** The targets that a configuration describes: every model × provider × region × credential that exists. */
import type { ConfigDocument } from "./document";

export type ExpandedTarget = {
  /** `provider:region:upstream_model[#credential]`. */
  id: string;
  provider: string;
  region: string;
  model: string;
  upstreamModel: string;
  credential: string | null;
};

/** The region of a provider that has none of its own. */
export const globalRegion = "global";

/** The id of a target, stable over reloads. */
export function targetId(target: Omit<ExpandedTarget, "id" | "model">): string {
  const suffix = target.credential === null ? "" : `#${target.credential}`;
  return `${target.provider}:${target.region}:${target.upstreamModel}${suffix}`;
}

/** All targets of `document`, models in file order, a model's targets in the order in which it names them. */
export function expandTargets(document: ConfigDocument): ExpandedTarget[] {
  const providers = new Map(document.providers.map((provider) => [provider.id, provider]));
  return document.models.flatMap((model) =>
    model.targets.flatMap((place) => {
      const provider = providers.get(place.provider);
      if (provider === undefined) {
        return [];
      }
      const regions = place.regions ??
        provider.regions?.map((region) => region.id) ?? [globalRegion];
      const credentials = [
        null,
        ...(provider.credentials ?? []).map((credential) => credential.id),
      ];
      return regions.flatMap((region) =>
        credentials.map((credential) => {
          const upstreamModel = place.upstream_model ?? model.id;
          const parts = { provider: provider.id, region, upstreamModel, credential };
          return { id: targetId(parts), model: model.id, ...parts };
        }),
      );
    }),
  );
}
