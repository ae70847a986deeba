/** The kinds of entries in the agenda of a simulation; what `a` and `b` mean stands beside each. */
export const happening = {
  /** Workload. */
  arrival: 0,
  /** Slot, version. */
  start: 1,
  due: 2,
  wake: 3,
  /** Slot, serial. */
  leave: 4,
  /** Node, 1 when the tick comes out of its turn. */
  tick: 5,
  /** Node × target, version. */
  probeDue: 6,
  /** Node, place in the list of results under way. */
  probeEnd: 7,
  regionProbeEnd: 8,
  /** Node × region, version. */
  regionProbeDue: 9,
  /** Place in the scenario's list. */
  faultOn: 10,
  faultOff: 11,
  toggle: 12,
  freeze: 13,
  /** Node, target. */
  hint: 14,
  lie: 15,
  /** Place in the scenario's list. */
  reset: 16,
} as const;
