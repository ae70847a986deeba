/** What happens when: a binary heap over typed arrays; of two things at one instant the one noted first comes first. */
const firstSize = 1_024;

export class Agenda {
  /** Of the entry that `take` took. */
  atMs = 0;
  kind = 0;
  a = 0;
  b = 0;
  private size = 0;
  private noted = 0;
  private times = new Float64Array(firstSize);
  private orders = new Float64Array(firstSize);
  private kinds = new Uint8Array(firstSize);
  private as = new Int32Array(firstSize);
  private bs = new Int32Array(firstSize);

  get length(): number {
    return this.size;
  }

  note(atMs: number, kind: number, a: number, b: number): void {
    if (this.size === this.times.length) {
      this.grow();
    }
    const order = this.noted;
    this.noted += 1;
    let place = this.size;
    this.size += 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.isAfter(parent, atMs, order)) {
        break;
      }
      this.move(parent, place);
      place = parent;
    }
    this.put(place, atMs, order, kind, a, b);
  }

  /** Takes the earliest entry into the fields above; false when there is none. */
  take(): boolean {
    if (this.size === 0) {
      return false;
    }
    this.atMs = this.times[0] ?? 0;
    this.kind = this.kinds[0] ?? 0;
    this.a = this.as[0] ?? 0;
    this.b = this.bs[0] ?? 0;
    this.size -= 1;
    if (this.size > 0) {
      this.sink(this.size);
    }
    return true;
  }

  /** Finds the place of the last entry, from the root down. */
  private sink(last: number): void {
    const atMs = this.times[last] ?? 0;
    const order = this.orders[last] ?? 0;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.size) {
        break;
      }
      const right = child + 1;
      if (
        right < this.size &&
        this.isAfter(child, this.times[right] ?? 0, this.orders[right] ?? 0)
      ) {
        child = right;
      }
      if (this.isAfter(child, atMs, order)) {
        break;
      }
      this.move(child, place);
      place = child;
    }
    this.move(last, place);
  }

  private isAfter(place: number, atMs: number, order: number): boolean {
    const other = this.times[place] ?? 0;
    return other > atMs || (other === atMs && (this.orders[place] ?? 0) > order);
  }

  private move(from: number, to: number): void {
    this.times[to] = this.times[from] ?? 0;
    this.orders[to] = this.orders[from] ?? 0;
    this.kinds[to] = this.kinds[from] ?? 0;
    this.as[to] = this.as[from] ?? 0;
    this.bs[to] = this.bs[from] ?? 0;
  }

  private put(
    place: number,
    atMs: number,
    order: number,
    kind: number,
    a: number,
    b: number,
  ): void {
    this.times[place] = atMs;
    this.orders[place] = order;
    this.kinds[place] = kind;
    this.as[place] = a;
    this.bs[place] = b;
  }

  private grow(): void {
    const bigger = <T extends Float64Array | Uint8Array | Int32Array>(into: T, from: T): T => {
      into.set(from);
      return into;
    };
    const size = this.times.length * 2;
    this.times = bigger(new Float64Array(size), this.times);
    this.orders = bigger(new Float64Array(size), this.orders);
    this.kinds = bigger(new Uint8Array(size), this.kinds);
    this.as = bigger(new Int32Array(size), this.as);
    this.bs = bigger(new Int32Array(size), this.bs);
  }
}
