type Props = {
  label: string;
  isOn: boolean;
  /** Some of several are. */
  isPart?: boolean;
  onChange: (isOn: boolean) => void;
};

/** Chooses a line of a list, or all of them. */
export function RowCheck({ label, isOn, isPart = false, onChange }: Props) {
  return (
    <label className="inline-flex size-6 shrink-0 items-center justify-center touch:size-11 phone:-ml-3">
      <input
        ref={(element) => {
          if (element !== null) {
            element.indeterminate = isPart && !isOn;
          }
        }}
        type="checkbox"
        aria-label={label}
        checked={isOn}
        onChange={({ target }) => {
          onChange(target.checked);
        }}
        className="size-4 accent-(--fg) touch:size-5"
      />
    </label>
  );
}
