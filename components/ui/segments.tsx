import { clsx } from "clsx";

type Props<T extends string> = {
  label: string;
  options: readonly { value: T; label: string; title?: string }[];
  value: T;
  onChange: (value: T) => void;
  /** So many that a phone has no room to spare, or that they are a row of their own there. */
  onPhone?: "tight" | "row";
};

/** One of a few, all visible. */
export function Segments<T extends string>({ label, options, value, onChange, onPhone }: Props<T>) {
  return (
    <div
      role="group"
      aria-label={label}
      className={clsx(
        "inline-flex max-w-full flex-wrap rounded-[7px] border border-line bg-sunken p-0.5",
        onPhone === "tight" && "phone:p-0",
        onPhone === "row" && "phone:w-full",
      )}
    >
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          title={option.title}
          onClick={() => {
            onChange(option.value);
          }}
          className={clsx(
            "h-6 rounded-[5px] px-2.5 text-small font-medium whitespace-nowrap touch:h-11 touch:min-w-11",
            onPhone !== undefined && "phone:flex-auto phone:px-0.5",
            option.value === value
              ? "bg-raised text-fg shadow-[0_0_0_1px_var(--line-strong)]"
              : "text-fg-2",
          )}
        >
          {option.label}
        </button>
      ))}
    </div>
  );
}
