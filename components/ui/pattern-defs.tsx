/** Patterns that state drawings share; once on a page. */
export function PatternDefs() {
  return (
    <svg className="absolute size-0 overflow-hidden" aria-hidden="true">
      <pattern
        id="pattern-degraded"
        width="3.2"
        height="3.2"
        patternUnits="userSpaceOnUse"
        patternTransform="rotate(45)"
      >
        <rect width="1.9" height="3.2" fill="var(--st-degraded)" />
      </pattern>
    </svg>
  );
}
