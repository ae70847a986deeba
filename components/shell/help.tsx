"use client";

import { Keyboard, X } from "lucide-react";
import { useState } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Key } from "@/components/ui/key";
import { useShortcuts } from "./shortcuts";

const keys = [
  ["?", "help.help"],
  ["u", "help.undo"],
  [".", "help.pause"],
  ["← ↑ ↓ →", "help.move"],
  ["Space", "help.switch"],
  ["Enter", "help.why"],
  ["Alt ↑ ↓", "help.reorder"],
  ["Esc", "help.close"],
] as const;

/** The keys of the page; `?` opens it too. */
export function HelpButton() {
  const { t } = useWords();
  const [isOpen, setOpen] = useState(false);
  useShortcuts(() => {
    setOpen(true);
  });
  const close = (): void => {
    setOpen(false);
  };
  return (
    <>
      <span className="max-lg:hidden">
        <Button
          tone="ghost"
          size="icon"
          aria-label={t("help.title")}
          title={t("help.title")}
          onClick={() => {
            setOpen(true);
          }}
        >
          <Keyboard size={15} aria-hidden="true" />
        </Button>
      </span>
      {isOpen && (
        <Dialog labelledBy="help-title" shape="sheet" onClose={close}>
          <div className="mb-3 flex items-center">
            <h2 id="help-title" className="flex-1 text-title font-strong">
              {t("help.title")}
            </h2>
            <Button tone="ghost" size="icon" aria-label={t("popover.close")} onClick={close}>
              <X size={16} aria-hidden="true" />
            </Button>
          </div>
          <dl className="grid grid-cols-[auto_1fr] items-baseline gap-x-4 gap-y-2">
            {keys.map(([key, label]) => (
              <div key={key} className="contents">
                <dt>
                  <Key>{key}</Key>
                </dt>
                <dd className="text-fg-2">{t(label)}</dd>
              </div>
            ))}
          </dl>
        </Dialog>
      )}
    </>
  );
}
