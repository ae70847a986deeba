import { Clock } from "lucide-react";
import { Strip } from "@/components/charts/strip";
import { useWords } from "@/components/lib/i18n/provider";
import { stateKey } from "@/components/lib/targets/state";
import { Glyph } from "@/components/ui/glyph";
import type { PastTarget } from "./film";

type Props = { past: PastTarget; name: string };

/** A target as it was: over what it is now, which keeps its room, so that no row moves while somebody scrubs. */
export function PastState({ past, name }: Props) {
  const { t } = useWords();
  const word = t(stateKey(past.state));
  return (
    <div className="absolute inset-0 bg-surface px-4 py-3">
      <span className="sr-only">{`${name}, ${word}`}</span>
      <span className="flex items-center gap-2" aria-hidden="true">
        <Glyph state={past.state} />
        <span data-testid="state" className="text-small font-medium">
          {word}
        </span>
        <Clock size={13} className="ml-auto text-fg-3" />
      </span>
      <div className="mt-2.5">
        <Strip strip={past.strip} />
      </div>
    </div>
  );
}
