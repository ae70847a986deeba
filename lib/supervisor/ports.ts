import { createServer } from "node:net";
import { findErrorCode, StartError } from "@/lib/shared/start-error";

/** An address that a part is about to listen on, and the variables that chose it. */
export interface Listener {
  readonly portName: string;
  readonly port: number;
  readonly hostName: string;
  readonly host: string;
}

/**
 * Makes sure that every address can be listened on.
 *
 * @throws {StartError} one line for each that cannot.
 */
export async function refuseBusyPorts(listeners: readonly Listener[]): Promise<void> {
  const problems = await Promise.all(listeners.map(findProblem));
  const found = problems.filter((problem) => problem !== undefined);
  if (found.length > 0) {
    throw new StartError(found.join("\n"));
  }
}

function findProblem(listener: Listener): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) => {
      resolve(describe(listener, findErrorCode(error) ?? error.message));
    });
    server.listen({ host: listener.host, port: listener.port, exclusive: true }, () => {
      server.close(() => {
        resolve(undefined);
      });
    });
  });
}

function describe({ portName, port, hostName, host }: Listener, code: string): string {
  const known: Partial<Record<string, string>> = {
    EADDRINUSE: `${portName} ${port} is in use by another program; set ${portName} to a free port`,
    EACCES: `${portName} ${port} needs the rights of root; set ${portName} to a port from 1024 up`,
    EADDRNOTAVAIL: `${hostName} ${host} is no address of this machine`,
    ENOTFOUND: `${hostName} ${host} is not known`,
  };
  return (
    known[code] ?? `${portName} ${port} on ${hostName} ${host} cannot be listened on (${code})`
  );
}
