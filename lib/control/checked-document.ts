import { type ConfigDocument } from "../config/document";
import { validateDocument } from "../config/validate";
import { GatewayError } from "../shared/errors";

/** The document once it is valid. @throws {GatewayError} `invalid_request` with its problems. */
export function checked(input: unknown): ConfigDocument {
  const validated = validateDocument(input);
  if (!validated.ok) {
    const lines = validated.problems.map(({ path, message }) => `${path.join(".")}: ${message}`);
    throw new GatewayError("invalid_request", { message: lines.join("\n") });
  }
  return validated.document;
}
