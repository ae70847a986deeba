import type { MouseEvent } from "react";

type Props = {
  label: string;
  isOn: boolean;
  /** On, but a part of it is off by a switch of its own. */
  isMixed?: boolean;
  isPending?: boolean;
  isDisabled?: boolean;
  /** Inside a grid the cell takes the focus. */
  tabIndex?: number;
  describedBy?: string;
  onToggle: () => void;
};

/** What a person wants: ink is on, hollow is off. */
export function Switch({
  label,
  isOn,
  isMixed = false,
  isPending = false,
  isDisabled = false,
  tabIndex,
  describedBy,
  onToggle,
}: Props) {
  const toggle = (event: MouseEvent): void => {
    event.stopPropagation();
    if (!isDisabled) {
      onToggle();
    }
  };
  return (
    <button
      type="button"
      role="switch"
      className="switch"
      aria-checked={isOn}
      aria-disabled={isDisabled || undefined}
      aria-label={label}
      aria-describedby={describedBy}
      aria-busy={isPending || undefined}
      data-mixed={(isOn && isMixed) || undefined}
      data-pending={isPending || undefined}
      tabIndex={tabIndex}
      onClick={toggle}
    />
  );
}
