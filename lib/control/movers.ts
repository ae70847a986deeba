import { type Mover } from "../shared/contract";
import { type TargetFigures } from "../store/target-figures";

/** Under so many attempts, in either span, a figure says nothing. */
const fewest = 20;
const shown = 5;
/** What is worth a look: percentiles may be off by 22.5 % each, so less is no news. */
const notable = { p95: 1.25, errors: 0.01, cost: 1.1 } as const;

type Move = Mover & {
  /** How many times what is notable. */
  readonly steps: number;
};

/**
 * The targets whose p95, share of errors or cost of an answer moved most from `former` to `now`: of each target what moved
 * most, five at most, those that most calls felt first.
 */
export function moversOf(now: readonly TargetFigures[], former: readonly TargetFigures[]): Mover[] {
  const before = new Map(former.map((row) => [row.target, row]));
  return now
    .flatMap((row) => {
      const was = before.get(row.target);
      return was === undefined ? [] : (furthest(movesOf(row, was)) ?? []);
    })
    .sort((left, right) => right.steps - left.steps)
    .slice(0, shown)
    .sort((left, right) => right.affected - left.affected)
    .map(({ steps: _steps, ...mover }) => mover);
}

function furthest(moves: readonly Move[]): Move | undefined {
  return moves
    .filter(({ steps }) => steps >= 1)
    .toSorted((left, right) => right.steps - left.steps)[0];
}

function movesOf(now: TargetFigures, was: TargetFigures): Move[] {
  const { target, provider, region, model, succeeded } = now;
  const names = { target, provider, region, model };
  const answers = { n: succeeded, formerN: was.succeeded };
  const attempts = { n: succeeded + now.failed, formerN: was.succeeded + was.failed };
  const moves: Move[] = [];
  if (answers.n >= fewest && answers.formerN >= fewest) {
    const values = [
      ["p95", now.p95Ms, was.p95Ms],
      ["cost", now.costNanoUsd / answers.n, was.costNanoUsd / answers.formerN],
    ] as const;
    for (const [measure, value, former] of values) {
      // From or to nothing there is no ratio.
      if (value !== null && former !== null && value > 0 && former > 0) {
        const steps = Math.abs(Math.log(value / former)) / Math.log(notable[measure]);
        moves.push({
          ...names,
          ...answers,
          measure,
          now: value,
          former,
          affected: answers.n,
          steps,
        });
      }
    }
  }
  if (attempts.n >= fewest && attempts.formerN >= fewest) {
    const [value, former] = [now.failed / attempts.n, was.failed / attempts.formerN];
    moves.push({
      ...names,
      ...attempts,
      measure: "errors",
      now: value,
      former,
      affected: value > former ? now.failed : succeeded,
      steps: Math.abs(value - former) / notable.errors,
    });
  }
  return moves;
}
