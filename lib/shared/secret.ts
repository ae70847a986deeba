import { readFileSync } from "node:fs";
import { findEnvVariable } from "./env";

export type FoundSecret =
  { readonly ok: true; readonly secret: string } | { readonly ok: false; readonly problem: string };

/** The secret behind `env:NAME`, `file:PATH` or a literal; or what is missing, without the secret. */
export function findSecret(reference: string): FoundSecret {
  const [, kind, name] = /^(env|file):(.+)$/s.exec(reference) ?? [];
  if (kind === undefined || name === undefined) {
    return { ok: true, secret: reference };
  }
  const secret = kind === "env" ? findEnvVariable(name) : readSecretFile(name);
  if (secret !== undefined) {
    return { ok: true, secret };
  }
  const problem =
    kind === "env"
      ? `the environment variable ${name} is not set`
      : `the file ${name} is empty or cannot be read`;
  return { ok: false, problem };
}

function readSecretFile(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim() || undefined;
  } catch {
    return undefined;
  }
}
