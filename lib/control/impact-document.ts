import { type ConfigDocument } from "../config/document";
import { type ImpactRequest } from "../shared/contract";

/** A model or a provider with other places than it has. */
export type PlacesChange = Extract<ImpactRequest, { type: "model" | "provider" }>;

/** The document with a model's or a provider's places as they would be; a model without any is not in it. */
export function documentWith(document: ConfigDocument, change: PlacesChange): ConfigDocument {
  if (change.type === "provider") {
    const { providerId, regions, credentials } = change;
    return {
      ...document,
      providers: document.providers.map((provider) =>
        provider.id === providerId
          ? {
              ...provider,
              regions:
                regions.length === 0
                  ? undefined
                  : regions.map((id) => provider.regions?.find((one) => one.id === id) ?? { id }),
              credentials: provider.credentials?.filter(({ id }) => credentials.includes(id)),
            }
          : provider,
      ),
    };
  }
  const { modelId, targets } = change;
  const places = targets.map(({ provider, upstreamModel, regions }) => ({
    provider,
    upstream_model: upstreamModel ?? undefined,
    regions: regions ?? undefined,
  }));
  return {
    ...document,
    models: document.models.flatMap((model) => {
      if (model.id !== modelId) {
        return [model];
      }
      return places.length === 0 ? [] : [{ ...model, targets: places }];
    }),
  };
}
