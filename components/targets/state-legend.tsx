import { useWords } from "@/components/lib/i18n/provider";
import { stateKey } from "@/components/lib/targets/state";
import { Glyph } from "@/components/ui/glyph";

const states = ["healthy", "degraded", "down", "recovering", "off", "no_data"] as const;

export function StateLegend() {
  const { t } = useWords();
  return (
    <ul className="flex flex-wrap gap-x-3.5 gap-y-1 text-small text-fg-2 phone:hidden">
      {states.map((state) => (
        <li key={state} className="inline-flex items-center gap-1.5 whitespace-nowrap">
          <Glyph state={state} />
          {t(stateKey(state))}
        </li>
      ))}
    </ul>
  );
}
