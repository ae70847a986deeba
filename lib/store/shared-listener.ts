import { type ListenOptions } from "./listener";

/** Opens a listener of its own on a channel; the function that it returns ends it. */
type OpenListener = (
  channel: string,
  onMessage: (payload: string) => void,
  options: ListenOptions,
) => () => Promise<void>;

type Ear = ListenOptions & { readonly onMessage: (payload: string) => void };

type Shared = {
  readonly ears: Set<Ear>;
  readonly stop: () => Promise<void>;
  isConnected: boolean;
  hears: boolean | null;
};

/** Hears each channel over one connection, however many listen to it: a connection is a process of the database. */
export function shareListeners(open: OpenListener): OpenListener {
  const channels = new Map<string, Shared>();

  const openShared = (channel: string): Shared => {
    const ears = new Set<Ear>();
    const tellAll = (payload: string): void => {
      ears.forEach(({ onMessage }) => onMessage(payload));
    };
    const shared: Shared = {
      ears,
      isConnected: false,
      hears: null,
      stop: open(channel, tellAll, {
        onReconnect() {
          shared.isConnected = true;
          ears.forEach(({ onReconnect }) => onReconnect?.());
        },
        onHearing(hears) {
          shared.hears = hears;
          ears.forEach(({ onHearing }) => onHearing?.(hears));
        },
      }),
    };
    channels.set(channel, shared);
    return shared;
  };

  return (channel, onMessage, options) => {
    const shared = channels.get(channel) ?? openShared(channel);
    const ear = { ...options, onMessage };
    shared.ears.add(ear);
    // Who comes later is told what the others know already.
    if (shared.isConnected) {
      ear.onReconnect?.();
    }
    if (shared.hears !== null) {
      ear.onHearing?.(shared.hears);
    }
    return async () => {
      shared.ears.delete(ear);
      if (shared.ears.size === 0 && channels.get(channel) === shared) {
        channels.delete(channel);
        await shared.stop();
      }
    };
  };
}
