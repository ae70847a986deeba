import { clsx } from "clsx";
import { ChevronDown } from "lucide-react";

type Props = {
  label: string;
  /** What is said where nothing is chosen. */
  all: string;
  value: string | null;
  options: readonly { value: string; label: string }[];
  onValue: (value: string | null) => void;
};

/** One of several, or all of them, behind a native list that stands in a row of controls. */
export function Chooser({ label, all, value, options, onValue }: Props) {
  return (
    <span className="relative inline-flex">
      <select
        aria-label={label}
        value={value ?? ""}
        onChange={({ target }) => {
          onValue(target.value === "" ? null : target.value);
        }}
        className={clsx(
          "h-7.5 max-w-48 cursor-pointer appearance-none truncate rounded-control border bg-surface pr-8 pl-3 font-medium hover:bg-hover touch:h-11",
          value === null ? "border-line-strong" : "border-fg",
        )}
      >
        <option value="">{all}</option>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      <ChevronDown
        size={14}
        aria-hidden="true"
        className="pointer-events-none absolute top-1/2 right-2.5 -translate-y-1/2 text-fg-3"
      />
    </span>
  );
}
