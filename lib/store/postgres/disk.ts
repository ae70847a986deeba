import { statfsSync } from "node:fs";
import { StartError } from "@/lib/shared/start-error";

/**
 * Refuses a folder whose disk has less room than the embedded database needs.
 *
 * @throws {StartError} with what is free and what is needed.
 */
export function refuseFullDisk(folder: string, neededBytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < neededBytes) {
    const [free, needed] = [bavail * bsize, neededBytes].map((bytes) =>
      Math.floor(bytes / 2 ** 20),
    );
    throw new StartError(
      `the disk of the data folder ${folder} is full: ${free} MB are free and the database needs ${needed} MB; free some space or set BELLWETHER_DATA_DIR to another folder`,
    );
  }
}
