import { SwitchRequest } from "../shared/contract";
import { type ObjectType } from "../store/switches";
import { type ApiHandler, defineHandler, ifMatch, readBody } from "./api";
import { pathId } from "./api-queries";
import { setSwitch } from "./set-switch";

/** `PATCH /api/<collection>/<id>` of one kind of object. */
export function switchHandler(objectType: ObjectType): ApiHandler {
  return defineHandler(setSwitch.permission, async (call) => {
    const change = await readBody(call.request, SwitchRequest);
    return setSwitch(call.actor, call.runtime.deps, {
      objectType,
      objectId: pathId(call),
      also: change.also ?? [],
      intent: change.intent,
      until: change.until ?? null,
      reason: change.reason ?? null,
      ifMatch: ifMatch(call.request),
    });
  });
}
