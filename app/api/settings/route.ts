import { defineHandler, ifMatch, readBody, setSettings, settingsView } from "@/lib/control";
import { SettingsRequest } from "@/lib/shared/settings-contract";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const GET = defineHandler(settingsView.permission, ({ actor, runtime: { deps } }) =>
  settingsView(actor, deps, null),
);

export const PUT = defineHandler(setSettings.permission, async (call) =>
  setSettings(call.actor, call.runtime.deps, {
    request: await readBody(call.request, SettingsRequest),
    ifMatch: ifMatch(call.request),
  }),
);
