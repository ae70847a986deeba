import { GatewayError } from "../shared/errors";
import { type Refusal } from "../shared/refusals";
import { type ActingPerson } from "./actor";

/** How somebody asked for a revert. */
export type AskedRevert = {
  readonly actor: ActingPerson;
  readonly reason: string | null;
  /** The revision that the decision was made on; null: whatever is there. */
  readonly ifMatch: number | null;
  /** Switches that were changed again go back too, up to `ifMatch`. */
  readonly overrules: boolean;
};

/** Why a revision cannot be taken back, with both versions where there are two. */
export function revertConflict(
  revision: number,
  why: string,
  refusal: Refusal,
  details?: Readonly<Record<string, unknown>>,
): GatewayError {
  return new GatewayError("conflict", {
    message: `Revision ${revision} cannot be taken back: ${why}.`,
    refusal,
    ...(details === undefined ? {} : { details }),
  });
}
