/**
 * Chance from a seed (sfc32).
 *
 * A stream is placed by keys before it is drawn from: what one call draws never shifts what another draws, so two runs
 * that differ in one call can be compared decision by decision.
 */
export class Chance {
  private a = 0;
  private b = 0;
  private c = 0;
  private d = 0;
  private readonly seed: number;

  constructor(seed: number) {
    this.seed = seed;
    this.place(0, 0, 0);
  }

  /** Goes to the stream of these three whole numbers; the same ones give the same numbers. */
  place(first: number, second: number, third: number): this {
    this.a = mix(this.seed ^ 0x9e3779b9, first);
    this.b = mix(this.a ^ 0x85ebca6b, second);
    this.c = mix(this.b ^ 0xc2b2ae35, third);
    this.d = 1;
    for (let round = 0; round < 6; round += 1) {
      this.next();
    }
    return this;
  }

  /** A number in 0..1, 1 excluded. */
  next(): number {
    const sum = (this.a + this.b + this.d) | 0;
    this.d = (this.d + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + sum;
    return (sum >>> 0) / 4_294_967_296;
  }

  happens(probability: number): boolean {
    return this.next() < probability;
  }

  between(least: number, most: number): number {
    return least + (most - least) * this.next();
  }

  /** A whole number in 0..count - 1. */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  exponential(mean: number): number {
    return -mean * Math.log(1 - this.next());
  }

  /** Half of the draws lie below `median`; `sigma` 0 always gives it. */
  lognormal(median: number, sigma: number): number {
    return median * Math.exp(sigma * this.normal());
  }

  pick<T>(list: readonly T[]): T {
    const one = list[this.below(list.length)];
    if (one === undefined) {
      throw new Error("nothing to pick from");
    }
    return one;
  }

  /** One of `list` by its `share`s, which need not add up to 1. */
  pickByShare<T extends { readonly share: number }>(list: readonly T[]): T {
    let left = this.next() * list.reduce((sum, one) => sum + one.share, 0);
    for (const one of list) {
      left -= one.share;
      if (left < 0) {
        return one;
      }
    }
    return this.pick(list);
  }

  private normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }
}

/** A well-stirred 32-bit word of two. */
export function mix(state: number, word: number): number {
  let mixed = Math.imul(state ^ word, 0xcc9e2d51);
  mixed = Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593) ^ state;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  return mixed ^ (mixed >>> 13);
}
