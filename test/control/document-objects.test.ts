import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ConfigDocument, configDocument } from "@/lib/config/document";
import { diffDocuments, documentObjects, restoreObjects } from "@/lib/control/document-objects";
import { canonicalJson } from "@/lib/store/content-hash";

function document(models: readonly string[], chain: readonly string[] = []): ConfigDocument {
  return configDocument.parse({
    providers: [{ id: "acme", base_url: "https://acme.example", api_key: "env:KEY" }],
    models: models.map((id) => ({ id, targets: [{ provider: "acme" }] })),
    routes: chain.length === 0 ? [] : [{ id: "auto", chain }],
  });
}

describe("the difference of two documents", () => {
  it("names what was added, removed and changed", () => {
    const { added, removed, changed } = diffDocuments(
      document(["a", "b"], ["a"]),
      document(["b", "c"], ["b"]),
    );
    expect({ added, removed, changed }).toEqual({
      added: ["model:c"],
      removed: ["model:a"],
      changed: ["route:auto"],
    });
  });

  it("tells another order of the same models, because `auto` may follow it", () => {
    expect(diffDocuments(document(["a", "b"]), document(["b", "a"])).changed).toEqual([
      "order:models",
    ]);
  });

  it("of equal documents is empty", () => {
    expect(diffDocuments(document(["a"]), document(["a"]))).toMatchObject({
      before: {},
      after: {},
      added: [],
      removed: [],
      changed: [],
    });
  });
});

const documents = fc
  .uniqueArray(fc.constantFrom("a", "b", "c", "d"), { minLength: 1 })
  .chain((models) => fc.subarray(models).map((chain) => document(models, chain)));

describe("taking a change back", () => {
  it("gives the former document, whatever the change was", () => {
    fc.assert(
      fc.property(documents, documents, (former, next) => {
        const restored = restoreObjects(documentObjects(next), diffDocuments(former, next));
        if (canonicalJson(former) === canonicalJson(next)) {
          return restored.kind === "same";
        }
        return (
          restored.kind === "restored" &&
          canonicalJson(configDocument.parse(restored.input)) === canonicalJson(former)
        );
      }),
    );
  });

  it("twice changes nothing the second time", () => {
    fc.assert(
      fc.property(documents, documents, (former, next) => {
        const change = diffDocuments(former, next);
        return restoreObjects(documentObjects(former), change).kind === "same";
      }),
    );
  });

  it("names the objects that changed again since", () => {
    const change = diffDocuments(document(["a", "b"], ["a"]), document(["a", "b"], ["b"]));
    const later = document(["a", "b"], ["b", "a"]);
    expect(restoreObjects(documentObjects(later), change)).toEqual({
      kind: "conflict",
      names: ["route:auto"],
    });
  });
});
