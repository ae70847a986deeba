import { type ConfigDocument } from "../config/document";
import { expandTargets, globalRegion } from "../config/targets";
import { GatewayError } from "../shared/errors";
import { nearestNames } from "../shared/nearest";
import { type ObjectType } from "../store/switches";

/** The ids of what can be switched, in the document's order. */
export function objectIds(document: ConfigDocument, type: ObjectType): readonly string[] {
  switch (type) {
    case "provider":
      return document.providers.map(({ id }) => id);
    case "region":
      return [
        ...new Set(
          document.providers.flatMap(
            ({ regions }) => regions?.map(({ id }) => id) ?? [globalRegion],
          ),
        ),
      ];
    case "model":
      return document.models.map(({ id }) => id);
    case "target":
      return expandTargets(document).map(({ id }) => id);
  }
}

/** `not_found` with the names that may have been meant. */
export function noSuchObject(type: string, id: string, names: Iterable<string>): GatewayError {
  return new GatewayError("not_found", {
    message: `There is no ${type} "${id.slice(0, 200)}".${didYouMean(id, names)}`,
    param: "id",
  });
}

/** A question with the names that may have been meant, after a space; nothing when none is near. */
export function didYouMean(id: string, names: Iterable<string>): string {
  const near = nearestNames(id, names).map((name) => `"${name}"`);
  return near.length === 0 ? "" : ` Did you mean ${near.join(" or ")}?`;
}
