import { type ChangeLine } from "../shared/contract";
import { isRecord } from "../shared/record";
import { canonicalJson } from "../store/content-hash";
import { type RevisionRow } from "../store/revisions";
import { withoutSecrets } from "./secret-mask";

/** A revision as lines that a person reads: which object, which field, from what to what. Literal secrets are masked. */
export function changeLines(
  row: Pick<RevisionRow, "kind" | "summary" | "before" | "after">,
): ChangeLine[] {
  const { summary } = row;
  switch (row.kind) {
    case "switch":
      return fieldLines(
        `${String(summary["objectType"])}:${String(summary["objectId"])}`,
        withoutReason(row.before),
        withoutReason(row.after),
      );
    case "key":
      return summary["action"] === "edited" && summary["to"] !== undefined
        ? fieldLines(`key:${String(summary["id"])}`, summary["from"], summary["to"])
        : [keyLine(`key:${String(summary["id"])}`, summary["action"])];
    case "reset":
      return [];
    case "config":
      return objectLines(asRecord(row.before), asRecord(row.after));
  }
}

function objectLines(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): ChangeLine[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((object): ChangeLine[] => {
    const [from, to] = [before[object] ?? null, after[object] ?? null];
    if (object.startsWith("order:")) {
      return isReordered(from, to) ? [changed(object, null, from, to)] : [];
    }
    if (object === "settings" || (isRecord(from) && isRecord(to))) {
      return fieldLines(object, from, to);
    }
    // The first document of all tells what it brought, not what the empty one before it had for defaults.
    if (!isRecord(from) && !isRecord(to)) {
      return from === null || from === to ? [] : [changed(object, null, from, to)];
    }
    return [whole(object, from === null ? "added" : "removed")];
  });
}

/** An order is told when the same objects stand in another one; what came and went is told by itself. */
function isReordered(from: unknown, to: unknown): boolean {
  if (!Array.isArray(from) || !Array.isArray(to)) {
    return false;
  }
  const kept = (some: readonly unknown[], others: readonly unknown[]): string =>
    some.filter((id) => others.includes(id)).join("\n");
  return kept(from, to) !== kept(to, from);
}

function fieldLines(object: string, from: unknown, to: unknown): ChangeLine[] {
  const old = leaves(from);
  const fresh = leaves(to);
  return [...new Set([...old.keys(), ...fresh.keys()])]
    .filter(
      (field) => canonicalJson(old.get(field) ?? null) !== canonicalJson(fresh.get(field) ?? null),
    )
    .map((field) => changed(object, field, old.get(field), fresh.get(field)));
}

/** The values of an object by their path; members of a list by what names them. */
function leaves(value: unknown): Map<string, unknown> {
  const found = new Map<string, unknown>();
  const walk = (part: unknown, path: string): void => {
    if (isRecord(part)) {
      for (const [name, member] of Object.entries(part)) {
        walk(member, path === "" ? name : `${path}.${name}`);
      }
    } else if (Array.isArray(part) && part.some(isRecord)) {
      part.forEach((member: unknown, index) => {
        walk(member, `${path}.${memberName(member) ?? String(index + 1)}`);
      });
    } else {
      found.set(path, part);
    }
  };
  walk(value, "");
  return found;
}

function memberName(member: unknown): string | undefined {
  if (!isRecord(member)) {
    return undefined;
  }
  const { id, provider, upstream_model: upstreamModel } = member;
  if (typeof id === "string") {
    return id;
  }
  return typeof provider === "string"
    ? provider + (typeof upstreamModel === "string" ? `/${upstreamModel}` : "")
    : undefined;
}

function changed(object: string, field: string | null, from: unknown, to: unknown): ChangeLine {
  return { object, kind: "changed", field, from: shown(field, from), to: shown(field, to) };
}

function whole(object: string, kind: "added" | "removed"): ChangeLine {
  return { object, kind, field: null, from: null, to: null };
}

function keyLine(object: string, action: unknown): ChangeLine {
  if (action === "replaced" || action === "rotated") {
    return changed(object, "key", null, null);
  }
  if (action === "rotation_ended" || action === "drilled") {
    return changed(object, action === "drilled" ? "drill" : "former_key", null, null);
  }
  if (action === "edited") {
    return changed(object, "limits", null, null);
  }
  return whole(object, action === "revoked" ? "removed" : "added");
}

function shown(field: string | null, value: unknown): ChangeLine["from"] {
  const [name = "", parent = ""] = (field ?? "").split(".").toReversed();
  const safe = withoutSecrets(value, name, parent === "headers");
  if (Array.isArray(safe)) {
    return safe.map(String);
  }
  return typeof safe === "string" || typeof safe === "number" || typeof safe === "boolean"
    ? safe
    : null;
}

/** The reason stands beside every revision already. */
function withoutReason(state: unknown): unknown {
  const { reason: _reason, ...rest } = asRecord(state);
  return rest;
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}
