import { X } from "lucide-react";
import type { ReactNode } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { Button } from "@/components/ui/button";

type Props = {
  /** Of the heading, which names the dialog. */
  id: string;
  title: string;
  /** What it is about; its parts do not break where a line has room for them. */
  note?: readonly ReactNode[];
  /** Stands before the way out. */
  tools?: ReactNode;
  onClose: () => void;
};

/** The head of a dialog: its name, and the way out. */
export function DialogHead({ id, title, note = [], tools, onClose }: Props) {
  const { t } = useWords();
  return (
    <div className="mb-3">
      <div className="flex items-start gap-3">
        <h2
          id={id}
          className="tight min-w-0 flex-1 pt-0.5 text-title font-strong break-words touch:pt-2.5"
        >
          {title}
        </h2>
        <span className="flex">
          {tools}
          <Button tone="ghost" size="icon" aria-label={t("popover.close")} onClick={onClose}>
            <X size={16} aria-hidden="true" />
          </Button>
        </span>
      </div>
      {note.length > 0 && (
        <p className="flex flex-wrap gap-x-3 text-small text-fg-3" data-testid={`${id}-note`}>
          {note.map((part, index) => (
            <span key={index} className="min-w-0 break-words">
              {part}
            </span>
          ))}
        </p>
      )}
    </div>
  );
}
