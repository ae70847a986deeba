/** What the log says of an attempt that a drill broke. */
export const drillMessage = "A drill keeps this key away from this target.";
