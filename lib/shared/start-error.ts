/**
 * Trouble that a person can act on before anything runs: its message is the one line to print, and
 * no stack trace belongs to it.
 */
export class StartError extends Error {
  override readonly name = "StartError";
}

/** The `code` of a system error (`ENOSPC`), or `undefined`. */
export function findErrorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) {
    return undefined;
  }
  return typeof error.code === "string" ? error.code : undefined;
}

/** What can be said about a failed write to `folder`; `undefined` when the folder is not to blame. */
export function findFolderProblem(folder: string, codeOrText: string): string | undefined {
  if (/ENOSPC|EDQUOT|No space left on device|quota exceeded/i.test(codeOrText)) {
    return `the disk of the data folder ${folder} is full; free some space or set BELLWETHER_DATA_DIR to another folder`;
  }
  if (/EROFS|Read-only file system/i.test(codeOrText)) {
    return `the data folder ${folder} is read-only; set BELLWETHER_DATA_DIR to a folder that can be written`;
  }
  if (/EACCES|EPERM|Permission denied|Operation not permitted/i.test(codeOrText)) {
    return `no permission to write to the data folder ${folder}; set BELLWETHER_DATA_DIR to a folder that can be written`;
  }
  if (/ENOTDIR|EEXIST/.test(codeOrText)) {
    return `the data folder ${folder} is not a folder; set BELLWETHER_DATA_DIR to another path`;
  }
  return undefined;
}

/** `error` as the line to print, where it comes from a failed write to `folder`; else `error` itself. */
export function asFolderError(folder: string, error: unknown): Error {
  const problem = findFolderProblem(folder, findErrorCode(error) ?? "");
  if (problem !== undefined) {
    return new StartError(problem, { cause: error });
  }
  return error instanceof Error ? error : new Error(String(error));
}
