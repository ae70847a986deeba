import { type Actor } from "../shared/contract";
import { GatewayError } from "../shared/errors";

export const roles = ["viewer", "operator", "admin"] as const;
/** Every role may do what the ones before it may. */
export type Role = (typeof roles)[number];

/** `read`: look. `operate`: switches and orders. `administer`: configuration and keys. */
export type Permission = "read" | "operate" | "administer";

const neededRole = {
  read: "viewer",
  operate: "operator",
  administer: "admin",
} as const satisfies Record<Permission, Role>;

/** Who acts, and how far their word goes. */
export type ActingPerson = Actor & { readonly role: Role };

/** Bellwether itself: what a clock or the first start does. */
export const systemActor: ActingPerson = { type: "system", name: "bellwether", role: "admin" };

/** @throws {GatewayError} `forbidden` when the actor's role is too low. */
export function requirePermission(actor: ActingPerson, permission: Permission): void {
  const needed = neededRole[permission];
  if (roles.indexOf(actor.role) < roles.indexOf(needed)) {
    throw new GatewayError("forbidden", {
      message: `This needs the role ${needed}; yours is ${actor.role}.`,
      refusal: { reason: "role", values: { needed, role: actor.role } },
    });
  }
}

/** The actor as revisions keep it. */
export function toStoredActor({ type, name }: ActingPerson): Actor {
  return { type, name };
}
