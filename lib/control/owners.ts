import { GatewayError } from "../shared/errors";
import { unnamed } from "../shared/refusals";
import { type BaseDocument } from "../store/configuration";

export type Ownership = {
  /** `file`: only the configuration file changes it; `system`: the first start brought it; `ui`: people made it. */
  readonly owner: "file" | "ui" | "system";
  readonly ownerPath: string | null;
};

type Kind = "providers" | "models" | "routes";

/** Who owns an object of the document that grew from `base`. */
export function ownerOf(base: BaseDocument | undefined, kind: Kind, id: string): Ownership {
  if (base?.document[kind].some((one) => one.id === id) !== true) {
    return { owner: "ui", ownerPath: null };
  }
  return base.source === "file"
    ? { owner: "file", ownerPath: base.path }
    : { owner: "system", ownerPath: null };
}

/** @throws {GatewayError} `invalid_request` that names the file, for what a file owns. */
export function requireOwnable(base: BaseDocument | undefined, kind: Kind, id: string): void {
  const { owner, ownerPath } = ownerOf(base, kind, id);
  if (owner === "file") {
    throw new GatewayError("invalid_request", {
      message: `"${id}" is written in ${ownerPath ?? "the configuration file"}: change it there.`,
      param: "id",
      refusal: { reason: "object_in_file", values: { id, path: ownerPath ?? unnamed } },
    });
  }
}
