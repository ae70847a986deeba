/** Which values of a configuration are secrets, unless they only refer to one. */

const secretHeader = /key|token|secret|auth|cookie|password/i;

/** Whether a header of a region carries a secret, by its name. */
export function isSecretHeader(name: string): boolean {
  return secretHeader.test(name);
}

/** Whether a secret is only referred to: `env:NAME` or `file:PATH`. */
export function isReference(secret: string): boolean {
  return /^(env|file):/.test(secret);
}
