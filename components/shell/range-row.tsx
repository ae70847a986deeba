import { RangeSwitch } from "./range-switch";

/** The range where the top bar has no room for it. */
export function RangeRow() {
  return (
    <div className="mb-3 lg:hidden">
      <RangeSwitch />
    </div>
  );
}
