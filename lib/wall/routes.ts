import { decoded } from "../shared/decoded";
import { places, wallCatalog, type Place, type WallProvider } from "./catalog";

export type WallRoute =
  | { readonly kind: "chat"; readonly place: Place }
  | { readonly kind: "models"; readonly place: Place; readonly model: string | null }
  | { readonly kind: "unknown_region"; readonly provider: WallProvider; readonly region: string }
  | { readonly kind: "unknown_path" };

const unknownPath: WallRoute = { kind: "unknown_path" };

/**
 * The place and endpoint that a path and an `X-Region` header select.
 *
 * A region in the path wins over the header; without either, the provider's first region answers.
 */
export function routeOf(path: string, regionHeader: string | undefined): WallRoute {
  const versionAt = path.indexOf("/v1/");
  const [, providerId, pathRegion, ...beyond] = path.slice(0, versionAt).split("/");
  const provider = wallCatalog.providers.find(({ id }) => id === providerId);
  if (versionAt < 0 || provider === undefined || beyond.length > 0) {
    return unknownPath;
  }
  const asked = pathRegion ?? (provider.regionHeader === null ? undefined : regionHeader);
  const regionId = asked?.trim().toLowerCase() ?? provider.regions[0].id;
  const place = places.find((each) => each.provider === provider && each.region.id === regionId);
  if (place === undefined) {
    return { kind: "unknown_region", provider, region: asked ?? regionId };
  }
  const endpoint = path.slice(versionAt + "/v1/".length);
  if (endpoint === "chat/completions") {
    return { kind: "chat", place };
  }
  if (endpoint === "models") {
    return { kind: "models", place, model: null };
  }
  if (endpoint.startsWith("models/")) {
    return { kind: "models", place, model: decoded(endpoint.slice("models/".length)) };
  }
  return unknownPath;
}
