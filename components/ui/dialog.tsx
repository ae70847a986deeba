"use client";

import { type ReactNode, useLayoutEffect, useRef } from "react";

type Props = {
  labelledBy: string;
  /** `drawer` stands at the right edge; `sheet` in the middle, on a phone at the bottom; `palette` below the top. */
  shape: "drawer" | "sheet" | "palette";
  onClose: () => void;
  children: ReactNode;
};

/** A native modal dialog that is open while it is mounted; the browser keeps and restores the focus. */
export function Dialog({ labelledBy, shape, onClose, children }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  // Before it leaves the document: a dialog that is removed open keeps the focus from going back.
  useLayoutEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    // The browser begins at the first part that can have the focus, which is not always the one to begin with.
    dialog?.querySelector<HTMLElement>("[data-autofocus]")?.focus();
    return () => {
      dialog?.close();
    };
  }, []);
  return (
    <dialog
      ref={element}
      className={shape}
      aria-labelledby={labelledBy}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) {
          onClose();
        }
      }}
    >
      <div className={shape === "palette" ? undefined : "p-5"}>{children}</div>
    </dialog>
  );
}
