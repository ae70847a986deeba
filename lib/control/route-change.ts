import { type ConfigDocument } from "../config/document";
import { GatewayError } from "../shared/errors";
import { didYouMean } from "./objects";

/** @throws {GatewayError} `invalid_request`, naming the place, for a model that does not exist or comes twice. */
export function checkChain(document: ConfigDocument, chain: readonly string[]): void {
  const known = document.models.map(({ id }) => id);
  chain.forEach((model, index) => {
    const problem = known.includes(model)
      ? chain.indexOf(model) < index && `"${model}" is in the chain twice.`
      : `There is no model "${model.slice(0, 200)}".${didYouMean(model, known)}`;
    if (problem !== false) {
      throw new GatewayError("invalid_request", { message: problem, param: `chain[${index}]` });
    }
  });
}
