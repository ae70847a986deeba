import { isLike } from "@/components/lib/stored-draft";
import { typedNumber } from "@/components/lib/typed-number";
import type { ImpactRequest } from "@/lib/shared/contract";
import type { ModelRequest, ModelView } from "@/lib/shared/provider-contract";

export const abilities = ["tools", "vision", "json", "prefill", "reasoning"] as const;
export type Ability = (typeof abilities)[number];
export type Known = "unknown" | "yes" | "no";

export type PlaceDraft = {
  readonly provider: string;
  readonly upstreamModel: string;
  /** Separated by commas; empty: all. */
  readonly regions: string;
};

/** What stands in the form of a model. */
export type ModelDraft = {
  readonly id: string;
  readonly places: readonly PlaceDraft[];
  readonly input: string;
  readonly output: string;
  readonly cachedInput: string;
  readonly context: string;
  readonly outputTokens: string;
  readonly abilities: Readonly<Record<Ability, Known>>;
  readonly routes: readonly string[];
  readonly reason: string;
};

/** The form of a new model at `provider`. */
export function emptyModel(provider: string): ModelDraft {
  return {
    id: "",
    places: [{ provider, upstreamModel: "", regions: "" }],
    input: "",
    output: "",
    cachedInput: "",
    context: "",
    outputTokens: "",
    abilities: {
      tools: "unknown",
      vision: "unknown",
      json: "unknown",
      prefill: "unknown",
      reasoning: "unknown",
    },
    routes: [],
    reason: "",
  };
}

const isKnown = (value: unknown): boolean => ["unknown", "yes", "no"].includes(String(value));

/** Whether a value is a form that was kept. */
export const isModelDraft = isLike<ModelDraft>({
  ...emptyModel(""),
  abilities: {
    tools: isKnown,
    vision: isKnown,
    json: isKnown,
    prefill: isKnown,
    reasoning: isKnown,
  },
  routes: [""],
});

/** The form of a model that is there. */
export function modelDraftOf({ id, targets, price, capabilities, routes }: ModelView): ModelDraft {
  const text = (value: number | null | undefined): string =>
    value === null || value === undefined ? "" : String(value);
  const known = (value: boolean | null | undefined): Known => {
    if (value === null || value === undefined) {
      return "unknown";
    }
    return value ? "yes" : "no";
  };
  return {
    id,
    places: targets.map(({ provider, upstreamModel, regions }) => ({
      provider,
      upstreamModel: upstreamModel ?? "",
      regions: regions?.join(", ") ?? "",
    })),
    input: text(price?.input),
    output: text(price?.output),
    cachedInput: text(price?.cachedInput),
    context: text(capabilities.context),
    outputTokens: text(capabilities.output),
    abilities: {
      tools: known(capabilities.tools),
      vision: known(capabilities.vision),
      json: known(capabilities.json),
      prefill: known(capabilities.prefill),
      reasoning: known(capabilities.reasoning),
    },
    routes,
    reason: "",
  };
}

/** What is sent for a draft; a price of which only a part is typed is not taken for free, but refused by the part that lacks. */
export function toModelRequest(draft: ModelDraft): ModelRequest {
  const said = (known: Known): boolean | null => (known === "unknown" ? null : known === "yes");
  const hasPrice = [draft.input, draft.output, draft.cachedInput].some(
    (text) => text.trim() !== "",
  );
  return {
    targets: draft.places.map(({ provider, upstreamModel, regions }) => ({
      provider,
      upstreamModel: upstreamModel.trim() === "" ? null : upstreamModel.trim(),
      regions: regions.trim() === "" ? null : regions.split(/[\s,]+/).filter((id) => id !== ""),
    })),
    price: hasPrice
      ? {
          input: typedNumber(draft.input) ?? -1,
          output: typedNumber(draft.output) ?? -1,
          cachedInput: typedNumber(draft.cachedInput),
        }
      : null,
    capabilities: {
      context: typedNumber(draft.context),
      output: typedNumber(draft.outputTokens),
      tools: said(draft.abilities.tools),
      vision: said(draft.abilities.vision),
      json: said(draft.abilities.json),
      prefill: said(draft.abilities.prefill),
      reasoning: said(draft.abilities.reasoning),
    },
    routes: [...draft.routes],
    ...(draft.reason.trim() !== "" && { reason: draft.reason.trim() }),
  };
}

/** What to ask about a draft that takes places away from the model; null: it keeps them all. */
export function lostPlaces(model: ModelView, draft: ModelDraft): ImpactRequest | null {
  const { targets } = toModelRequest(draft);
  const isKept = (place: ModelView["targets"][number]): boolean =>
    targets.some(
      ({ provider, upstreamModel, regions }) =>
        provider === place.provider &&
        (upstreamModel ?? model.id) === (place.upstreamModel ?? model.id) &&
        hasAll(regions ?? null, place.regions ?? null),
    );
  return model.targets.every(isKept) ? null : { type: "model", modelId: model.id, targets };
}

/** Null: every region. */
function hasAll(regions: readonly string[] | null, wanted: readonly string[] | null): boolean {
  return regions === null || wanted?.every((id) => regions.includes(id)) === true;
}
