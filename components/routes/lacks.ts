import type { Text } from "@/components/lib/i18n/messages";
import type { ChainModel } from "@/lib/shared/contract";
import type { Format } from "@/lib/shared/format";

/** What the week's calls to a route asked for and a model cannot do, one sentence each. */
export function lacksTexts(
  { lacks, contextTokens }: Pick<ChainModel, "lacks" | "contextTokens">,
  callsInWeek: number,
  f: Format,
): Text[] {
  const abilities = (["tools", "vision", "json"] as const).flatMap((need): Text[] =>
    lacks[need] === 0 || callsInWeek === 0
      ? []
      : [
          {
            key: `routes.lacks.${need}`,
            values: { share: f.percent(lacks[need] / callsInWeek), n: f.count(lacks[need]) },
          },
        ],
  );
  return lacks.context === 0 || contextTokens === null
    ? abilities
    : [
        ...abilities,
        {
          key: "routes.lacks.context",
          values: { tokens: f.compact(contextTokens), n: f.count(lacks.context) },
        },
      ];
}
