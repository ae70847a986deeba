import { useWords } from "@/components/lib/i18n/provider";
import { Glyph } from "@/components/ui/glyph";
import type { DisplayState } from "@/lib/shared/contract";

interface Seen {
  readonly id: string;
  readonly state: DisplayState;
  readonly word: string;
}

type Props = {
  caption: string;
  models: readonly string[];
  regions: readonly string[];
  stateOf: (model: string, region: string) => readonly Seen[];
};

/** For a hand, which has no grid: what was at one step of the film, to be read. */
export function FilmGrid({ caption, models, regions, stateOf }: Props) {
  const { t } = useWords();
  return (
    <div className="-mx-4 mt-3 scroll-x border-t border-line px-4 pt-2 md:hidden">
      <table className="data-table" data-testid="film-grid">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{t("matrix.model")}</th>
            {regions.map((region) => (
              <th key={region} scope="col">
                {region}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {models.map((model) => (
            <tr key={model}>
              <th scope="row" className="max-w-48 truncate text-fg!" title={model}>
                {model}
              </th>
              {regions.map((region) => (
                <td key={region}>
                  {stateOf(model, region).map(({ id, state, word }) => (
                    <span key={id} className="mr-3 inline-flex items-center gap-1.5" title={id}>
                      <Glyph state={state} size={12} />
                      {word}
                    </span>
                  ))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
