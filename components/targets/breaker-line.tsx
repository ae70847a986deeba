import { useWords } from "@/components/lib/i18n/provider";
import { useNow } from "@/components/lib/live/provider";
import { breakerTexts } from "@/components/lib/targets/breaker";
import { sayLine } from "@/components/lib/targets/why";
import type { TargetView } from "@/lib/shared/contract";

type Props = { target: TargetView };

/** The breaker with what it counts and what opens or closes it; nothing where no node has said so. */
export function BreakerLine({ target }: Props) {
  const { t, f } = useWords();
  const line = sayLine(t, breakerTexts(target, f, useNow()));
  return line === "" ? null : (
    <p data-testid="breaker" className="mt-1 text-small text-pretty text-fg-3">
      {line}
    </p>
  );
}
