"use client";

import { useWords } from "@/components/lib/i18n/provider";
import type { ObjectKind } from "@/components/lib/object-kinds";
import { useWrites } from "@/components/lib/writes/provider";
import { Button } from "@/components/ui/button";
import type { Intent } from "@/lib/shared/contract";
import type { ListedObject } from "./list";
import type { Chosen } from "./use-list";

type Props = { kind: ObjectKind; objects: readonly ListedObject[]; chosen: Chosen };

/** Turns what is chosen off or on, all of it in one change. */
export function BulkBar({ kind, objects, chosen }: Props) {
  const { t } = useWords();
  const writes = useWrites();
  const own = objects.filter(({ id }) => chosen.ids.includes(id));
  const on = own.filter((object) => object.switch.intent === "enabled");
  const off = own.filter((object) => !on.includes(object));
  const turn = (some: readonly ListedObject[], intent: Intent): void => {
    const [first, ...also] = some.map(({ id }) => id);
    if (first !== undefined) {
      writes
        .ask(
          { type: kind, id: first },
          { kind: "switch", intent, until: null, reason: null },
          { also },
        )
        .catch(() => undefined);
    }
  };
  return (
    <div
      role="group"
      aria-label={t("objects.bulk.label")}
      data-testid="bulk"
      className="sticky bottom-2 z-10 mt-3 flex flex-wrap items-center gap-2 rounded-panel border border-line-strong bg-raised py-2 pr-2 pl-3 shadow-pop max-md:bottom-18"
    >
      <p role="status" className="mr-auto font-medium phone:w-full">
        {t("objects.bulk.chosen", { n: own.length })}
      </p>
      <Button
        tone="ghost"
        onClick={() => {
          chosen.choose(chosen.ids, false);
        }}
      >
        {t("objects.bulk.clear")}
      </Button>
      <Button
        disabled={off.length === 0}
        onClick={() => {
          turn(off, "enabled");
        }}
      >
        {t("objects.bulk.on", { n: off.length })}
      </Button>
      <Button
        disabled={on.length === 0}
        onClick={() => {
          turn(on, "draining");
        }}
      >
        {t("objects.bulk.off", { n: on.length })}
      </Button>
    </div>
  );
}
