/** The gateway's private key: what provider keys were sealed for, and the only thing that opens them. */
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openBox, mintPrivateKey, publicKeyOf, readPrivateKey } from "../shared/boxes";
import { asFolderError, findErrorCode, StartError } from "../shared/start-error";

export type Vault = {
  readonly publicKey: string;
  /**
   * The secret of a box that was sealed for `place` and given for `origin`; `unreadable` where it was sealed for others or
   * for elsewhere, `other_origin` where it may not be sent there.
   */
  open(box: string, place: string, origin: string): OpenedBox;
};

export type OpenedBox =
  | { readonly ok: true; readonly secret: string }
  | { readonly ok: false; readonly why: "unreadable" | "other_origin" };

const fileName = "gateway-private-key";

/**
 * The vault of BELLWETHER_PRIVATE_KEY, or else of the key in the data folder, which is made at the first start.
 *
 * @throws {StartError} when either is no key, or the folder takes none.
 */
export function openVault(dataDir: string, given: string | undefined): Vault {
  const path = join(dataDir, fileName);
  const text = given ?? keptKey(dataDir, path);
  const key = readPrivateKey(text);
  if (key === undefined) {
    const source = given === undefined ? path : "BELLWETHER_PRIVATE_KEY";
    throw new StartError(
      `${source} holds no private key of Bellwether (X25519, PKCS #8, base64url)`,
    );
  }
  return {
    publicKey: publicKeyOf(key),
    open(box, place, origin) {
      const sealed = openBox(box, key, place);
      if (sealed === undefined) {
        return { ok: false, why: "unreadable" };
      }
      return sealed.origins.includes(origin)
        ? { ok: true, secret: sealed.secret }
        : { ok: false, why: "other_origin" };
    },
  };
}

function keptKey(dataDir: string, path: string): string {
  const draft = `${path}.${process.pid}`;
  try {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(draft, `${mintPrivateKey()}\n`, { mode: 0o600 });
    // Processes that share a folder may start together: whoever comes second takes the first one's key, and takes it whole.
    linkInto(path, draft);
  } catch (error) {
    if (findErrorCode(error) !== "EEXIST") {
      throw asFolderError(dataDir, error);
    }
  }
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw asFolderError(dataDir, error);
  }
}

function linkInto(path: string, draft: string): void {
  try {
    linkSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}
