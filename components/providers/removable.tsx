import { X } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";

type Props = {
  /** The fields of its first line. */
  head: ReactNode;
  /** What its button does, with the name of what it takes out. */
  dropLabel: string;
  onDrop: () => void;
  children: ReactNode;
};

/** One of several of a form, with a button that takes it out again. */
export function Removable({ head, dropLabel, onDrop, children }: Props) {
  return (
    <div className="grid gap-2 rounded-control border border-line p-3">
      <div className="flex items-start gap-2">
        {head}
        <Button size="icon" tone="ghost" className="mt-5.5" aria-label={dropLabel} onClick={onDrop}>
          <X size={15} aria-hidden="true" />
        </Button>
      </div>
      {children}
    </div>
  );
}
