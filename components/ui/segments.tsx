import { clsx } from "clsx";

type Props<T extends string> = {
  label: string;
  options: readonly { value: T; label: string; title?: string }[];
  value: T;
  onChange: (value: T) => void;
};

/** One of a few, all visible. */
export function Segments<T extends string>({ label, options, value, onChange }: Props<T>) {
  return (
    <div
      role="group"
      aria-label={label}
      className="inline-flex max-w-full flex-wrap rounded-[7px] border border-line bg-sunken p-0.5"
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
