/** Prints what a test has measured, for whoever reads the run. */
export function tell(figure: string): void {
  process.stdout.write(`${figure}\n`);
}
