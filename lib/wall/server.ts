import { places, wallCatalog, type WallProviderId, type WallRegionId } from "./catalog";
import { serveControl, type Control } from "./control";
import { openDoors } from "./doors";
import { WallError } from "./errors";
import { createFaultBook } from "./fault-book";
import { faultDto, type FaultDto, type FaultInput } from "./fault-kinds";
import { createJournal, type Attempt, type AttemptFilter } from "./journal";
import { listen } from "./listener";
import { createPromptCache } from "./prompt-cache";
import { serveProvider } from "./serve";
import type { WallState } from "./state";

export interface WallOptions {
  /** 0 takes any free port. */
  port?: number;
  host?: string;
  /** The bearer key that callers must present; `key.account` is as good, and faults can aim at it. */
  key?: string;
  /** Multiplies every latency of the catalogue; 0 answers at once. */
  latencyScale?: number;
  /** Gives every provider × region a port of its own, which can be shut. */
  regionPorts?: boolean;
  /** How many attempts the journal keeps. */
  journalSize?: number;
}

export interface Wall {
  readonly url: string;
  readonly port: number;
  readonly key: string;
  /**
   * Where a provider (with a region: that region of it) answers, ending in `/v1`.
   *
   * With a region and `regionPorts`, on the region's own port.
   */
  baseUrl: (provider: WallProviderId, region?: WallRegionId) => string;
  /** Lets a fault strike from now on and returns its id. Throws a ZodError for a bad one. */
  fault: (fault: FaultInput) => string;
  removeFault: (id: string) => boolean;
  clearFaults: () => void;
  /** The journal's attempts, oldest first. */
  attempts: (filter?: AttemptFilter) => Attempt[];
  clearAttempts: () => void;
  setLatencyScale: (scale: number) => void;
  /** @throws {WallError} `no_region_ports`, here and in the next two. */
  regionPort: (provider: WallProviderId, region?: WallRegionId) => number;
  /** Stops listening on a region's port and breaks its connections; refusal starts at once. */
  closeListener: (provider: WallProviderId, region?: WallRegionId) => Promise<void>;
  openListener: (provider: WallProviderId, region?: WallRegionId) => Promise<void>;
  close: () => Promise<void>;
}

/**
 * A listening wall.
 *
 * @throws {WallError} `address_in_use`, `cannot_listen`.
 */
export async function startWall({
  port = 0,
  host = "127.0.0.1",
  key = "wall-key",
  latencyScale = 1,
  regionPorts = false,
  journalSize = 200_000,
}: WallOptions = {}): Promise<Wall> {
  const state: WallState = {
    key,
    latencyScale,
    faults: createFaultBook(Date.now, Math.random),
    journal: createJournal(journalSize),
    promptCache: createPromptCache(),
  };
  const control: Control = { state, addFault, settled: () => doors.settle() };
  const main = await listen(host, port, (req, res, origin) => {
    if (req.url?.startsWith("/_wall/") === true) {
      serveControl(control, req, res).catch(() => res.destroy());
    } else {
      serveProvider(state, req, res, origin);
    }
  });
  const doors = await openDoors(
    regionPorts,
    (doorPort) =>
      listen(host, doorPort, (req, res, origin) => serveProvider(state, req, res, origin)),
    state.faults,
  );

  function addFault(fault: FaultDto): string {
    if (fault.kind === "listen" && !regionPorts) {
      throw new WallError("no_region_ports");
    }
    return state.faults.add(fault);
  }

  // A port that cannot be reopened now is tried again at the next change.
  const settleInBackground = (): void => {
    doors.settle().catch(() => undefined);
  };

  const portOf = (provider: WallProviderId, region?: WallRegionId): number => {
    const found = doors.portOf(provider, region ?? defaultRegion(provider));
    if (found === undefined) {
      throw new WallError("no_region_ports");
    }
    return found;
  };

  const hold = async (
    provider: WallProviderId,
    region: WallRegionId | undefined,
    isShut: boolean,
  ): Promise<void> => {
    if (!doors.hold(provider, region ?? defaultRegion(provider), isShut)) {
      throw new WallError("no_region_ports");
    }
    await doors.settle();
  };

  return {
    url: originUrl(host, main.port),
    port: main.port,
    key,
    baseUrl(provider, region) {
      const usesOwnPort = regionPorts && region !== undefined;
      const origin = originUrl(host, usesOwnPort ? portOf(provider, region) : main.port);
      return `${origin}${basePath(provider, region)}`;
    },
    fault(input) {
      const id = addFault(faultDto.parse(input));
      settleInBackground();
      return id;
    },
    removeFault(id) {
      const wasStanding = state.faults.remove(id);
      settleInBackground();
      return wasStanding;
    },
    clearFaults() {
      state.faults.clear();
      settleInBackground();
    },
    attempts: (filter) => state.journal.list(filter),
    clearAttempts: () => state.journal.clear(),
    setLatencyScale(scale) {
      state.latencyScale = scale;
    },
    regionPort: portOf,
    closeListener: (provider, region) => hold(provider, region, true),
    openListener: (provider, region) => hold(provider, region, false),
    async close() {
      await Promise.all([main.close(), doors.closeAll()]);
    },
  };
}

function basePath(providerId: WallProviderId, regionId: WallRegionId | undefined): string {
  const found = places.find(
    ({ provider, region }) => provider.id === providerId && region.id === regionId,
  );
  return found?.region.basePath ?? `/${providerId}/v1`;
}

function defaultRegion(providerId: WallProviderId): WallRegionId {
  const provider = wallCatalog.providers.find(({ id }) => id === providerId);
  return (provider ?? wallCatalog.providers[0]).regions[0].id;
}

// Wildcard addresses are not dialled everywhere.
function originUrl(host: string, port: number): string {
  const dialled = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  return `http://${dialled.includes(":") ? `[${dialled}]` : dialled}:${port}`;
}
