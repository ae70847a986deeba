import { type ConfigDocument } from "../config/document";
import { GatewayError } from "../shared/errors";
import { didYouMean, noObjectRefusal } from "./objects";

/** @throws {GatewayError} `invalid_request`, naming the place, for a model that does not exist or comes twice. */
export function checkChain(document: ConfigDocument, chain: readonly string[]): void {
  const known = document.models.map(({ id }) => id);
  chain.forEach((model, index) => {
    const param = `chain[${index}]`;
    if (!known.includes(model)) {
      throw new GatewayError("invalid_request", {
        message: `There is no model "${model.slice(0, 200)}".${didYouMean(model, known)}`,
        param,
        refusal: noObjectRefusal("model", model, known),
      });
    }
    if (chain.indexOf(model) < index) {
      throw new GatewayError("invalid_request", {
        message: `"${model}" is in the chain twice.`,
        param,
        refusal: { reason: "chain_twice", values: { id: model } },
      });
    }
  });
}
