import * as Popover from "radix-ui/popover";
import type { ComponentProps } from "react";

type Props = ComponentProps<typeof Popover.Content> & {
  anchor: HTMLElement;
  onClose: () => void;
};

/** An open popover beside what opened it, which has the focus again when it closes; on a phone a sheet. */
export function AnchoredPopover({ anchor, onClose, children, ...content }: Props) {
  return (
    <Popover.Root
      open
      onOpenChange={(isOpen) => {
        if (!isOpen) {
          onClose();
        }
      }}
    >
      <Popover.Anchor virtualRef={{ current: anchor }} />
      <Popover.Portal>
        <Popover.Content
          side="bottom"
          align="end"
          sideOffset={6}
          collisionPadding={12}
          className="pop-sheet z-40 w-84 rounded-[10px] bg-raised px-4 py-3.5 shadow-pop"
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            anchor.focus();
          }}
          {...content}
        >
          {children}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
