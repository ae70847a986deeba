"use client";

import * as Menu from "radix-ui/dropdown-menu";
import { useWords } from "@/components/lib/i18n/provider";
import type { RowMove } from "./chain-row";

type Props = {
  model: string;
  index: number;
  last: number;
  /** The button that opened it. */
  opener: HTMLElement;
  onMove: (move: RowMove) => void;
  onRemove: () => void;
  onClose: () => void;
};

const item =
  "cursor-pointer px-3 py-1.5 outline-none select-none data-disabled:cursor-default data-disabled:text-fg-3 data-disabled:opacity-70 data-highlighted:bg-selected touch:py-3";

/** What else can be done with a place of the chain. */
export function RowMenu({ model, index, last, opener, onMove, onRemove, onClose }: Props) {
  const { t } = useWords();
  const moveTo = (to: number) => () => {
    onMove({ to, handle: "menu" });
  };
  return (
    <Menu.Root
      open
      modal={false}
      onOpenChange={(isOpen) => {
        if (!isOpen) {
          onClose();
        }
      }}
    >
      {/* The menu stands where this is; the button itself is there before the menu's code. */}
      <Menu.Trigger asChild>
        <span aria-hidden="true" tabIndex={-1} className="pointer-events-none absolute inset-0" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Content
          align="end"
          sideOffset={4}
          collisionPadding={12}
          aria-label={t("routes.menu.open", { model })}
          className="z-40 min-w-44 rounded-panel border border-line bg-raised py-1 shadow-pop"
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            if (document.activeElement === document.body) {
              opener.focus();
            }
          }}
          onInteractOutside={(event) => {
            // Its own press closes it.
            if (event.target instanceof Node && opener.contains(event.target)) {
              event.preventDefault();
            }
          }}
        >
          <Menu.Item className={item} disabled={index === 0} onSelect={moveTo(0)}>
            {t("routes.menu.top")}
          </Menu.Item>
          <Menu.Item className={item} disabled={index === last} onSelect={moveTo(last)}>
            {t("routes.menu.bottom")}
          </Menu.Item>
          <Menu.Item className={item} disabled={last === 0} onSelect={onRemove}>
            {t("routes.menu.remove")}
          </Menu.Item>
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  );
}
