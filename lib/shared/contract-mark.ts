declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- how Node's types are added to
  namespace NodeJS {
    interface ProcessEnv {
      readonly BELLWETHER_CONTRACT?: string;
    }
  }
}

export const contractHeader = "x-bellwether-contract";
/**
 * Which contract a page and a server keep to: a mark of the files that say it, made by the build (next.config.mjs). After an
 * update a page that is still open must not read what it does not know.
 */
// eslint-disable-next-line no-restricted-properties -- no environment of a process: the build puts the mark here
export const contractMark = process.env.BELLWETHER_CONTRACT ?? "";
