import { fileName } from "@/components/lib/file-name";
import type { Text } from "@/components/lib/i18n/messages";
import type { RouteView } from "@/lib/shared/contract";

/** Whose order a chain is; only a file's can be overridden. */
export function ownerText({ owner, overridden, ownerPath, revision }: RouteView): Text {
  const kind = owner === "file" && overridden ? "override" : owner;
  return { key: `routes.owner.${kind}`, values: { path: fileName(ownerPath), revision } };
}
