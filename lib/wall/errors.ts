const messages = {
  address_in_use: "The wall's address is taken by another process",
  cannot_listen: "The wall cannot listen",
  no_region_ports: "This wall has no dedicated ports; start it with regionPorts",
} as const;

export type WallErrorCode = keyof typeof messages;

/** What keeps a wall from starting or obeying; `code` tells which, `message` is one line. */
export class WallError extends Error {
  override readonly name = "WallError";
  readonly code: WallErrorCode;

  constructor(code: WallErrorCode, detail?: string, options?: ErrorOptions) {
    super(detail === undefined ? messages[code] : `${messages[code]}: ${detail}`, options);
    this.code = code;
  }
}
