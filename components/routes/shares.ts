import type { Text } from "@/components/lib/i18n/messages";
import type { RoutesView } from "@/lib/shared/contract";
import type { Format } from "@/lib/shared/format";

/** Who answered for one route. */
export type RouteAnswers = Pick<RoutesView["routes"][number], "served" | "answered">;

/** Of fewer answered calls a share says nothing. */
const fewest = 20;

/** Whether there are enough answered calls to tell shares of them. */
export function tellsShares(answers: RouteAnswers | undefined): answers is RouteAnswers {
  return answers !== undefined && answers.served >= fewest;
}

/** The share of a route's answered calls that one of these models answered; null of too few calls. */
export function shareOf(
  answers: RouteAnswers | undefined,
  models: readonly string[],
): number | null {
  return tellsShares(answers)
    ? models.reduce((sum, model) => sum + (answers.answered[model] ?? 0), 0) / answers.served
    : null;
}

/** The share that models answered which the chain does not have any more; null for none. */
export function othersShare(answers: RouteAnswers, chain: readonly string[]): number | null {
  const others = Object.keys(answers.answered).filter((model) => !chain.includes(model));
  const share = shareOf(answers, others);
  return share === 0 ? null : share;
}

type Move = {
  /** As it is after the move. */
  readonly chain: readonly string[];
  readonly model: string;
  readonly answers: RouteAnswers | undefined;
  readonly canAnswer: (model: string) => boolean;
};

/**
 * Where a model stands now, and what it would answer if the one above it failed: what both of them answered, as far as
 * that is known and both can answer at all.
 */
export function movedText({ chain, model, answers, canAnswer }: Move, f: Format): Text {
  const index = chain.indexOf(model);
  const values = { model, place: index + 1, of: chain.length };
  const above = chain[index - 1];
  if (above === undefined) {
    return { key: "routes.announce.first", values };
  }
  const share = shareOf(answers, [model, above]);
  return share === null || share === 0 || !canAnswer(model) || !canAnswer(above)
    ? { key: "routes.announce.moved", values }
    : { key: "routes.announce.serves", values: { ...values, above, share: f.percent(share) } };
}
