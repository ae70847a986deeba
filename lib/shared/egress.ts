/**
 * Which addresses a provider may have. A name is resolved once, every address is checked, and the connection goes to the
 * one that was checked: neither an odd spelling nor a name that changes its mind leads into the inner network.
 */
import { lookup as resolve } from "node:dns";
import { type LookupFunction } from "node:net";
import { isPublicAddress } from "./addresses";

/** The code of the error of a connection that was not made. */
export const privateAddressCode = "ERR_PRIVATE_ADDRESS";

/** Resolves names for a connection; one that has an address of an inner network among its own is refused. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) {
      callback(error, "");
      return;
    }
    const [first] = addresses;
    if (first === undefined || addresses.some(({ address }) => !isPublicAddress(address))) {
      callback(privateAddress(hostname), "");
    } else if (options.all === true) {
      callback(null, addresses);
    } else {
      callback(null, first.address, first.family);
    }
  });
};

/** What undici needs to connect: with `allowPrivate` anywhere, without it only to public addresses. */
export function connectOptions(
  allowPrivate: boolean,
  timeoutMs: number,
): { readonly timeout: number; readonly lookup?: LookupFunction } {
  return allowPrivate ? { timeout: timeoutMs } : { timeout: timeoutMs, lookup: publicLookup };
}

function privateAddress(hostname: string): NodeJS.ErrnoException {
  const error: NodeJS.ErrnoException = new Error(`${hostname} has an address of a private network`);
  error.code = privateAddressCode;
  return error;
}
