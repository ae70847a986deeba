/** The hash of everything that a run decided: the same seed gives the same one. */
import type { Decision } from "../core/events";
import type { Plan } from "../core/plan";
import { mix } from "./chance";

export class Digest {
  private low = 0x243f6a88;
  private high = 0x85a308d3;
  private readonly words = new Map<string, number>();
  private readonly float = new Float64Array(1);
  private readonly halves = new Int32Array(this.float.buffer);

  /** Sixteen hex digits. */
  get hex(): string {
    const digits = (word: number): string => (word >>> 0).toString(16).padStart(8, "0");
    return digits(this.high) + digits(this.low);
  }

  number(value: number): void {
    this.float[0] = value;
    this.word(this.halves[0] ?? 0);
    this.word(this.halves[1] ?? 0);
  }

  text(value: string): void {
    let word = this.words.get(value);
    if (word === undefined) {
      word = 0x811c9dc5;
      for (let index = 0; index < value.length; index += 1) {
        word = Math.imul(word ^ value.charCodeAt(index), 0x01000193);
      }
      this.words.set(value, word);
    }
    this.word(word);
  }

  decision(nowMs: number, decision: Decision): void {
    this.number(nowMs);
    this.text(decision.type);
    switch (decision.type) {
      case "transition":
        this.text(decision.target.id);
        this.text(decision.from);
        this.text(decision.to);
        this.text(decision.rule);
        break;
      case "probe":
        this.text(decision.target.id);
        this.number(decision.afterMs);
        break;
      case "probe_region":
        this.text(decision.provider);
        this.text(decision.region);
        this.number(decision.afterMs);
        break;
      case "planned":
        this.plan(decision.plan);
        break;
      case "migrate":
        this.number(decision.attempt);
        break;
      case "attempt":
        this.number(decision.attempt);
        this.text(decision.target.id);
        this.text(decision.how);
        this.number(decision.times.firstMs);
        break;
      case "pause":
        this.text(decision.why);
        this.number(decision.forMs);
        break;
      case "finish":
        this.text(decision.why);
        break;
    }
  }

  private plan(plan: Plan): void {
    for (const entry of plan.entries) {
      this.text(entry.target);
      this.text(entry.reason);
    }
  }

  private word(word: number): void {
    this.low = mix(this.low, word);
    this.high = mix(this.high ^ this.low, word + 0x9e3779b9);
  }
}
