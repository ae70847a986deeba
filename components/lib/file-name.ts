/** The last part of a path, which is what a line has room for. */
export function fileName(path: string | null): string {
  return path?.split("/").at(-1) ?? "";
}
