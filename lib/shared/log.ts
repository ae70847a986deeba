/** The server's console: one plain line an event, information on stdout, trouble on stderr. */

const oneLine = (line: string): string => `${line.replace(/\s*\n\s*/g, " ")}\n`;

export const log = {
  /** Something a person who watches the console wants to know. */
  info(line: string): void {
    process.stdout.write(oneLine(line));
  },
  /** Something that works for now and deserves attention. */
  warn(line: string): void {
    process.stderr.write(oneLine(`warning: ${line}`));
  },
  /** Something that does not work. */
  error(line: string): void {
    process.stderr.write(oneLine(`error: ${line}`));
  },
};

/** Where a part writes its lines; tests pass their own. */
export type Log = typeof log;
