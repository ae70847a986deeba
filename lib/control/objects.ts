import { type ConfigDocument } from "../config/document";
import { expandTargets, globalRegion } from "../config/targets";
import { GatewayError } from "../shared/errors";
import { nearestNames } from "../shared/nearest";
import { type Refusal } from "../shared/refusals";
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
  const known = [...names];
  return new GatewayError("not_found", {
    message: `There is no ${type} "${id.slice(0, 200)}".${didYouMean(id, known)}`,
    param: "id",
    refusal: noObjectRefusal(type, id, known),
  });
}

/** The same for readers of other languages. */
export function noObjectRefusal(type: string, id: string, names: Iterable<string>): Refusal {
  const values = { type, id: id.slice(0, 200), ...nearValues(id, names) };
  return { reason: "no_such_object", values };
}

/** The names that may have been meant, and how many they are. */
export function nearValues(id: string, names: Iterable<string>): { n: number; near: string } {
  const near = nearestNames(id, names);
  return { n: near.length, near: near.join(", ") };
}

/** A question with the names that may have been meant, after a space; nothing when none is near. */
export function didYouMean(id: string, names: Iterable<string>): string {
  const near = nearestNames(id, names).map((name) => `"${name}"`);
  return near.length === 0 ? "" : ` Did you mean ${near.join(" or ")}?`;
}
