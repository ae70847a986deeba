/** What a file is called: of what it is, and from when on, in UTC. Colons are not for every file system. */
export function fileName(name: string, atMs: number, ending: "csv" | "json" | "png"): string {
  const time = new Date(atMs).toISOString().slice(0, 16).replace(":", "-");
  return `${name}-${time}.${ending}`;
}

/** Hands a file to the browser to save. */
export function saveFile(name: string, file: Blob): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
