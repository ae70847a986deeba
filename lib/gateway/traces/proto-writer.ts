/** Protocol Buffers, as much as is needed to write a message: https://protobuf.dev/programming-guides/encoding. */

const wire = { varint: 0, fixed64: 1, bytes: 2 } as const;
const firstBytes = 16 * 1024;
const maxVarintBytes = 10;

export class ProtoWriter {
  #buffer = Buffer.allocUnsafe(firstBytes);
  #at = 0;

  finish(): Buffer {
    return this.#buffer.subarray(0, this.#at);
  }

  /** A whole number, not negative, below 2^53. */
  int(field: number, value: number): void {
    this.#tag(field, wire.varint);
    this.#varint(value);
  }

  flag(field: number, value: boolean): void {
    this.int(field, value ? 1 : 0);
  }

  double(field: number, value: number): void {
    this.#tag(field, wire.fixed64);
    this.#room(8);
    this.#at = this.#buffer.writeDoubleLE(value, this.#at);
  }

  /** Microseconds as nanoseconds. */
  nanoseconds(field: number, us: number): void {
    this.#tag(field, wire.fixed64);
    this.#room(8);
    this.#at = this.#buffer.writeBigUInt64LE(BigInt(us) * 1_000n, this.#at);
  }

  text(field: number, value: string): void {
    this.#tag(field, wire.bytes);
    const length = Buffer.byteLength(value);
    this.#varint(length);
    this.#room(length);
    this.#at += this.#buffer.write(value, this.#at, "utf8");
  }

  hex(field: number, digits: string): void {
    this.#tag(field, wire.bytes);
    this.#varint(digits.length / 2);
    this.#room(digits.length / 2);
    this.#at += this.#buffer.write(digits, this.#at, "hex");
  }

  /** What `write` writes, as one message. Its length comes first and is known last, so the message moves behind it. */
  message(field: number, write: () => void): void {
    this.#tag(field, wire.bytes);
    const lengthAt = this.#at;
    this.#varint(0);
    const from = this.#at;
    write();
    const length = this.#at - from;
    const spread = varintBytes(length) - 1;
    this.#room(spread);
    this.#buffer.copyWithin(from + spread, from, this.#at);
    this.#at = lengthAt;
    this.#varint(length);
    this.#at += length;
  }

  #tag(field: number, type: number): void {
    this.#varint(field * 8 + type);
  }

  #varint(value: number): void {
    this.#room(maxVarintBytes);
    let rest = value;
    while (rest > 127) {
      this.#buffer[this.#at] = (rest % 128) + 128;
      this.#at += 1;
      rest = Math.floor(rest / 128);
    }
    this.#buffer[this.#at] = rest;
    this.#at += 1;
  }

  #room(bytes: number): void {
    if (this.#at + bytes > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#at + bytes));
      this.#buffer.copy(larger, 0, 0, this.#at);
      this.#buffer = larger;
    }
  }
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) {
    bytes += 1;
  }
  return bytes;
}
