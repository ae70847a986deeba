"use client";

import { clsx } from "clsx";
import { type KeyboardEvent, type ReactNode, useRef } from "react";

type Props = {
  role: "gridcell" | "rowheader" | "columnheader";
  row: number;
  column: number;
  isActive: boolean;
  className?: string;
  /** Its ground, where that tells something. */
  color?: string;
  testId?: string;
  /** The target that it is of. */
  targetId?: string;
  onToggle?: () => void;
  onOpen?: (anchor: HTMLElement) => void;
  children: ReactNode;
};

/** A cell that takes the focus and its name from its content: Space switches, Enter and a click explain. */
export function CellFrame(props: Props) {
  const { role, row, column, isActive, className, color, testId, targetId } = props;
  const { onToggle, onOpen, children } = props;
  const element = useRef<HTMLDivElement>(null);
  const open = (): void => {
    if (element.current !== null) {
      onOpen?.(element.current);
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== element.current) {
      return;
    }
    if (event.code === "Space") {
      event.preventDefault();
      onToggle?.();
    } else if (event.key === "Enter") {
      event.preventDefault();
      open();
    }
  };
  return (
    <div
      ref={element}
      role={role}
      aria-colindex={column + 1}
      tabIndex={isActive ? 0 : -1}
      data-row={row}
      data-column={column}
      data-testid={testId}
      data-target={targetId}
      onKeyDown={onKeyDown}
      onClick={open}
      className={clsx(
        "relative min-w-0 px-4 -outline-offset-2!",
        onOpen !== undefined && "cursor-pointer",
        className,
      )}
      style={{ background: color }}
    >
      {children}
    </div>
  );
}
