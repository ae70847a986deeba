import { places, type Place } from "./catalog";
import type { FaultBook } from "./fault-book";
import type { Listener } from "./listener";

interface Door {
  readonly place: Place;
  readonly port: number;
  listener: Listener | null;
  opening: Promise<void> | null;
  isHeldShut: boolean;
}

/** One dedicated port per place; a shut door refuses connections as a dead machine does. */
export interface Doors {
  /** The dedicated port of a place, also while it is shut; undefined without dedicated ports. */
  portOf: (provider: string, region: string) => number | undefined;
  /** Holds a door shut or lets it go; returns whether there is such a door. */
  hold: (provider: string, region: string, isShut: boolean) => boolean;
  /** Makes every door what holds and `listen` faults want; shutting takes effect at once. */
  settle: () => Promise<void>;
  closeAll: () => Promise<void>;
}

/** The doors of a wall, all open; none when they are not wanted. */
export async function openDoors(
  isWanted: boolean,
  open: (port: number) => Promise<Listener>,
  faults: FaultBook,
): Promise<Doors> {
  const doors: Door[] = [];
  let isClosed = false;
  let expiry: NodeJS.Timeout | undefined;
  for (const place of isWanted ? places : []) {
    const listener = await open(0);
    doors.push({ place, port: listener.port, listener, opening: null, isHeldShut: false });
  }

  const isToBeShut = (door: Door): boolean =>
    isClosed ||
    door.isHeldShut ||
    faults
      .listening()
      .some(
        ({ fault }) =>
          (fault.provider === "*" || fault.provider === door.place.provider.id) &&
          (fault.region === "*" || fault.region === door.place.region.id),
      );

  const settleDoor = async (door: Door): Promise<void> => {
    if (isToBeShut(door)) {
      const { listener } = door;
      door.listener = null;
      await listener?.close();
      return;
    }
    if (door.listener === null) {
      door.opening ??= open(door.port)
        .then((listener) => {
          door.listener = listener;
        })
        .finally(() => {
          door.opening = null;
        });
      await door.opening;
      // It may have been shut again while it was opening.
      if (isToBeShut(door)) {
        await settleDoor(door);
      }
    }
  };

  const settle = async (): Promise<void> => {
    clearTimeout(expiry);
    const ends = faults.listening().flatMap(({ untilMs }) => untilMs ?? []);
    if (ends.length > 0 && !isClosed) {
      // A port that cannot be reopened now is tried again at the next change.
      expiry = setTimeout(
        () => void settle().catch(() => undefined),
        Math.min(...ends) - Date.now(),
      );
      expiry.unref();
    }
    await Promise.all(doors.map(settleDoor));
  };

  const find = (provider: string, region: string): Door | undefined =>
    doors.find(({ place }) => place.provider.id === provider && place.region.id === region);

  return {
    portOf: (provider, region) => find(provider, region)?.port,
    hold(provider, region, isShut) {
      const door = find(provider, region);
      if (door !== undefined) {
        door.isHeldShut = isShut;
      }
      return door !== undefined;
    },
    settle,
    closeAll() {
      isClosed = true;
      return settle();
    },
  };
}
