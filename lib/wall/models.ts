import { modelNotFound, rateLimitHeaders, type Answer } from "./answers";
import { findModel, listingMs, wallCatalog, type Place, type WallModel } from "./catalog";
import { later, sendAnswer, type Exchange } from "./exchange";
import { isWithinFault } from "./fault-kinds";
import { paceOf } from "./pace";
import type { WallState } from "./state";
import { noteFaults, strike } from "./strike";

/** Lists the models of a place, or shows the one that is asked for. */
export function serveModels(
  wall: WallState,
  place: Place,
  modelId: string | null,
  exchange: Exchange,
): void {
  exchange.attempt.model = modelId;
  const struck = wall.faults.roll(exchange.attempt);
  noteFaults(exchange, struck);
  const own = { ttftMs: listingMs(place), tokenGapMs: 0 };
  const pace = paceOf(own, wall.latencyScale, struck.pacing);
  const { breaking } = struck;
  if (breaking !== null && !isWithinFault(breaking)) {
    strike(exchange, breaking, { stream: false, delayMs: pace.faultMs });
  } else {
    later(exchange, pace.headMs + pace.firstTokenMs, () => {
      sendAnswer(exchange, modelsAnswer(place, modelId));
    });
  }
}

function modelsAnswer(place: Place, modelId: string | null): Answer {
  if (modelId === null) {
    const listed = wallCatalog.models.map((model) => modelObject(model, place));
    return ok({ object: "list", data: listed });
  }
  const model = findModel(modelId);
  return model === undefined ? modelNotFound(modelId) : ok(modelObject(model, place));
}

function ok(body: unknown): Answer {
  return {
    status: 200,
    headers: { "content-type": "application/json", ...rateLimitHeaders },
    body: JSON.stringify(body),
  };
}

function modelObject(model: WallModel, place: Place): Record<string, unknown> {
  return { id: model.id, object: "model", created: 1_744_316_542, owned_by: place.provider.id };
}
