import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";

type Props = {
  label: string;
  isPressed?: boolean;
  /** It saves the file that the key for files means. */
  isExport?: boolean;
  onClick: () => void;
  children: ReactNode;
};

/** A small button beside the title of a chart or a table. */
export function Tool({ label, isPressed, isExport = false, onClick, children }: Props) {
  return (
    <Button
      tone="ghost"
      size="icon"
      title={label}
      aria-label={label}
      aria-pressed={isPressed}
      aria-keyshortcuts={isExport ? "e" : undefined}
      data-export={isExport || undefined}
      onClick={onClick}
      className="[&_svg]:pointer-events-none"
    >
      <span aria-hidden="true">{children}</span>
    </Button>
  );
}
