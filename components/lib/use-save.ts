"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { WriteResult } from "@/lib/shared/contract";
import { ApiFailure } from "./api";
import { useWords } from "./i18n/provider";
import { type FieldTexts, failureText, fieldText, fieldTexts } from "./refusal-text";
import type { TakeBack } from "./writes/model";
import { useWrites } from "./writes/provider";

export type SaveProblem = {
  /** What of it is about single fields. */
  readonly fields: FieldTexts;
  readonly text: string;
  /** Somebody else changed it meanwhile: both versions are in the text's details. */
  readonly isConflict: boolean;
  readonly details: Readonly<Record<string, unknown>>;
};

export type Save = {
  readonly isBusy: boolean;
  readonly problem: SaveProblem | null;
  /** What is wrong with a field or a part of it, as far as the server said so. */
  readonly problemOf: (field: string) => string | undefined;
  /** What was wrong is looked at anew. */
  readonly clear: () => void;
  /**
   * Does `work`, then `then`; `name` is what was saved, as the notice says it. The notice takes it back by its revision, or with
   * `takeBack` where that cannot be; null: not at all.
   */
  readonly run: (
    name: string,
    work: () => Promise<WriteResult>,
    then: () => void,
    takeBack?: TakeBack | null,
  ) => void;
};

/** Sends what a form holds, and follows it to the nodes; what was typed stays whatever happens, and what is wrong is told by field. */
export function useSave(): Save {
  const { t } = useWords();
  const client = useQueryClient();
  const writes = useWrites();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<SaveProblem | null>(null);
  return {
    isBusy,
    problem,
    problemOf: (field) => (problem === null ? undefined : fieldText(problem.fields, field)),
    clear() {
      setProblem(null);
    },
    run(name, work, then, takeBack) {
      setBusy(true);
      setProblem(null);
      work()
        .then(async (result) => {
          setBusy(false);
          then();
          writes.follow(name, result, takeBack);
          await client.invalidateQueries();
        })
        .catch((error: unknown) => {
          setBusy(false);
          const failure = error instanceof ApiFailure ? error : null;
          setProblem({
            fields: fieldTexts(error, t),
            text: failureText(error, t),
            isConflict: failure?.code === "conflict",
            details: failure?.details ?? {},
          });
        });
    },
  };
}
