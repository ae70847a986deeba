/** How often something happened in the last 9 to 10 seconds. */
const slots = 10;

export class Sliding {
  private readonly counts = new Int32Array(slots);
  private readonly seconds = new Float64Array(slots).fill(-1);

  add(nowMs: number): void {
    const second = Math.floor(nowMs / 1_000);
    const slot = second % slots;
    if (this.seconds[slot] !== second) {
      this.seconds[slot] = second;
      this.counts[slot] = 0;
    }
    this.counts[slot] = (this.counts[slot] ?? 0) + 1;
  }

  count(nowMs: number): number {
    const newest = Math.floor(nowMs / 1_000);
    let sum = 0;
    for (let slot = 0; slot < slots; slot += 1) {
      sum += newest - (this.seconds[slot] ?? -1) < slots ? (this.counts[slot] ?? 0) : 0;
    }
    return sum;
  }
}
