import type { Actor } from "@/lib/shared/contract";
import { fileName } from "../file-name";
import type { MessageKey, Translate } from "./messages";

/** Those who have no name of their own until people sign in. */
const unnamed: Readonly<Record<string, MessageKey>> = {
  "local operator": "actor.local",
  "admin token": "actor.token",
};

/** Who acted, in the reader's language; a file without its folders. */
export function actorName(t: Translate, { type, name }: Actor): string {
  return type === "system" || type === "healer"
    ? t(`actor.${type}`)
    : personName(t, type === "file" ? fileName(name) : name);
}

/** What the name leaves out: the whole path of a file. */
export function actorTitle({ type, name }: Actor): string | undefined {
  return type === "file" ? name : undefined;
}

export function personName(t: Translate, name: string): string {
  const key = unnamed[name];
  return key === undefined ? name : t(key);
}
