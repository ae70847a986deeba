"use client";

import { useWords } from "@/components/lib/i18n/provider";
import { Button } from "@/components/ui/button";
import { Field, TextArea } from "@/components/ui/field";
import type { RegionDraft } from "./provider-draft";
import { Removable } from "./removable";

type Props = {
  regions: readonly RegionDraft[];
  isLocked: boolean;
  problemOf: (field: string) => string | undefined;
  onRegions: (regions: readonly RegionDraft[]) => void;
};

const emptyRegion: RegionDraft = { id: "", baseUrl: "", headers: "", priority: "" };

/** Where a provider answers, when that is more than one place. */
export function RegionFields({ regions, isLocked, problemOf, onRegions }: Props) {
  const { t } = useWords();
  const change = (index: number, part: Partial<RegionDraft>): void => {
    onRegions(regions.map((region, place) => (place === index ? { ...region, ...part } : region)));
  };
  return (
    <fieldset className="grid gap-3" disabled={isLocked}>
      <legend className="mb-1 font-strong">{t("providers.form.regions")}</legend>
      <p className="run text-small text-fg-3">{t("providers.form.regionsHint")}</p>
      {regions.map((region, index) => (
        // The order is all that tells two empty ones apart.
        <Removable
          key={index}
          dropLabel={t("providers.form.dropRegion", { id: region.id })}
          onDrop={() => {
            onRegions(regions.filter((_, place) => place !== index));
          }}
          head={
            <>
              <Field
                className="flex-1"
                label={t("providers.form.regionId")}
                value={region.id}
                problem={problemOf(`regions.${index}.id`)}
                onValue={(id) => {
                  change(index, { id });
                }}
              />
              <Field
                className="w-24"
                label={t("providers.form.priority")}
                value={region.priority}
                problem={problemOf(`regions.${index}.priority`)}
                inputMode="numeric"
                onValue={(priority) => {
                  change(index, { priority });
                }}
              />
            </>
          }
        >
          <Field
            label={t("providers.form.regionUrl")}
            value={region.baseUrl}
            problem={problemOf(`regions.${index}.baseUrl`)}
            isMono
            placeholder="https://eu.acme.example/v1"
            onValue={(baseUrl) => {
              change(index, { baseUrl });
            }}
          />
          <TextArea
            label={t("providers.form.headers")}
            rows={2}
            value={region.headers}
            problem={problemOf(`regions.${index}.headers`)}
            placeholder="X-Region: us-east"
            onValue={(headers) => {
              change(index, { headers });
            }}
          />
        </Removable>
      ))}
      {!isLocked && (
        <Button
          size="sm"
          className="justify-self-start"
          onClick={() => {
            onRegions([...regions, emptyRegion]);
          }}
        >
          {t("providers.form.addRegion")}
        </Button>
      )}
    </fieldset>
  );
}
