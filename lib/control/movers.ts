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

/** A target's figures of both spans. */
export type TargetPair = { readonly now: TargetFigures; readonly former: TargetFigures };

/** The targets that had attempts enough in both spans to be compared. */
export function comparedTargets(
  now: readonly TargetFigures[],
  former: readonly TargetFigures[],
): TargetPair[] {
  const before = new Map(former.map((row) => [row.target, row]));
  return now.flatMap((row) => {
    const was = before.get(row.target);
    return was === undefined || attemptsOf(row) < fewest || attemptsOf(was) < fewest
      ? []
      : [{ now: row, former: was }];
  });
}

const attemptsOf = ({ succeeded, failed }: TargetFigures): number => succeeded + failed;

/**
 * The targets whose p95, share of errors or cost of an answer moved most from the one span to the other: of each target what moved
 * most, five at most, those that most calls felt first.
 */
export function moversOf(pairs: readonly TargetPair[]): Mover[] {
  return pairs
    .flatMap(({ now, former }) => furthest(movesOf(now, former)) ?? [])
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
  const attempts = { n: attemptsOf(now), formerN: attemptsOf(was) };
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
  return moves;
}
