import "server-only";

/** The one way from app/ into lib: handlers and pages import nothing else of control. */

export {
  callQuery,
  changeQuery,
  revisionQuery,
  instantQuery,
  instantsQuery,
  metricsQuery,
  moversQuery,
  objectQuery,
  objectsQuery,
  pathCall,
  pathId,
  pathPart,
  pathRevision,
  pathRoute,
  pathTarget,
  revisionPair,
  queryReason,
  rangeOf,
} from "./api-queries";
export {
  defineHandler,
  definePublicHandler,
  ifMatch,
  ifNoneMatch,
  largestFileBytes,
  readBody,
} from "./api";
export { authorizePage } from "./page";
export { exportConfig, importConfig, previewImport } from "./config-import";
export { testConnection } from "./connection-test";
export { probeNow } from "./probe-now";
export { removeModel, removeProvider, setModel, setProvider } from "./providers";
export { providersView } from "./providers-view";
export { endFormerSecret, rotateKey } from "./rotate-key";
export { setSettings, settingsView } from "./settings";
export { addMockProviders, drillKey, makeFirstKey, sendSetupCall, setupView } from "./setup";
export { callAlternatives } from "./call-alternatives";
export { callBody } from "./call-body";
export { callFacets } from "./call-facets";
export { callDetail, callsPage } from "./calls-page";
export { changesPage } from "./changes-page";
export { compareRevisions } from "./compare-revisions";
export { effectsView } from "./effects-view";
export { eventStream } from "./event-stream";
export { filmView } from "./film-view";
export { healthView } from "./health-view";
export { impact } from "./impact";
export { editKey } from "./edit-key";
export { createKey, keysView, revokeKey } from "./keys";
export { metricsView } from "./metrics-view";
export { moversView } from "./movers-view";
export { type MetricsRange, parseBetween } from "./ranges";
export { objectsView, objectView } from "./object-view";
export { relayHandler } from "./relay-handler";
export { replayCall } from "./replay-call";
export { resetBreaker } from "./reset-breaker";
export { setSwitch } from "./set-switch";
export { revertPreview } from "./revert-preview";
export { revertRevision } from "./revert-revision";
export { createRoute, removeRoute } from "./route-lifecycle";
export { routePolicyView } from "./route-policy-view";
export { routesView } from "./routes-view";
export { routeView } from "./route-view";
export { setRouteChain } from "./set-route-chain";
export { stateAsOf } from "./state-as-of";
export { switchHandler } from "./switch-handler";
