"use client";

import { useWords } from "@/components/lib/i18n/provider";
import { Tag } from "@/components/ui/tag";
import type { KnownProvider } from "@/lib/shared/provider-contract";
import { draftOfKnown, type ProviderDraft } from "./provider-draft";

type Props = {
  known: readonly KnownProvider[];
  /** Null: one that nobody knows. */
  onChoose: (draft: ProviderDraft | null) => void;
};

/** Which provider: those that only lack a key, the built-in fake ones, or any other that speaks the same words. */
export function KnownProviders({ known, onChoose }: Props) {
  const { t } = useWords();
  const choices = [
    ...known.map((one) => ({
      key: one.id,
      name: one.id,
      note: one.mock ? t("providers.form.mockNote") : one.baseUrl,
      isMock: one.mock,
      draft: draftOfKnown(one),
    })),
    {
      key: "",
      name: t("providers.form.other"),
      note: t("providers.form.otherNote"),
      isMock: false,
      draft: null,
    },
  ];
  return (
    <div>
      <p className="run mb-3 text-fg-2">{t("providers.form.which")}</p>
      <ul className="grid grid-cols-1 gap-2">
        {choices.map(({ key, name, note, isMock, draft }, index) => (
          <li key={key}>
            <button
              type="button"
              data-autofocus={index === 0 ? "" : undefined}
              onClick={() => {
                onChoose(draft);
              }}
              className="w-full rounded-control border border-line-strong bg-surface px-3 py-2 text-left hover:bg-hover touch:min-h-11"
            >
              <span className="flex items-center gap-1.5 font-medium">
                {name}
                {isMock && <Tag>{t("providers.mock")}</Tag>}
              </span>
              <span className="run block text-small wrap-anywhere text-fg-3">{note}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
