"use client";

import { X } from "lucide-react";
import { useWords } from "@/components/lib/i18n/provider";
import { Button } from "@/components/ui/button";
import { Field, TextArea } from "@/components/ui/field";
import type { RegionDraft } from "./provider-draft";

type Props = {
  regions: readonly RegionDraft[];
  isLocked: boolean;
  onRegions: (regions: readonly RegionDraft[]) => void;
};

const emptyRegion: RegionDraft = { id: "", baseUrl: "", headers: "", priority: "" };

/** Where a provider answers, when that is more than one place. */
export function RegionFields({ regions, isLocked, onRegions }: Props) {
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
        <div key={index} className="grid gap-2 rounded-control border border-line p-3">
          <div className="grid grid-cols-[1fr_96px_auto] items-end gap-2">
            <Field
              label={t("providers.form.regionId")}
              value={region.id}
              onValue={(id) => {
                change(index, { id });
              }}
            />
            <Field
              label={t("providers.form.priority")}
              value={region.priority}
              inputMode="numeric"
              onValue={(priority) => {
                change(index, { priority });
              }}
            />
            <Button
              size="icon"
              tone="ghost"
              aria-label={t("providers.form.dropRegion", { id: region.id })}
              onClick={() => {
                onRegions(regions.filter((_, place) => place !== index));
              }}
            >
              <X size={15} aria-hidden="true" />
            </Button>
          </div>
          <Field
            label={t("providers.form.regionUrl")}
            value={region.baseUrl}
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
            placeholder="X-Region: us-east"
            onValue={(headers) => {
              change(index, { headers });
            }}
          />
        </div>
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
