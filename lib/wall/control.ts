import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { errorAnswer, type Answer } from "./answers";
import { readBody } from "./body";
import { WallError } from "./errors";
import { faultDto, type FaultDto } from "./fault-kinds";
import type { StandingFault } from "./faults";
import type { WallState } from "./state";

export interface Control {
  readonly state: WallState;
  /** Returns the fault's id. */
  addFault: (fault: FaultDto) => string;
  /** Resolves when dedicated ports are as the faults want them. */
  settled: () => Promise<void>;
}

const bodyLimitBytes = 1024 * 1024;
const faultsDto = z.union([z.array(z.unknown()), z.unknown().transform((one) => [one])]);
const settingsDto = z.strictObject({ latency_scale: z.number().min(0).max(100) });
const attemptsDto = z.object({
  since: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(10_000).default(1_000),
});

/** Answers one request to `/_wall/`. */
export async function serveControl(
  control: Control,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const { status, headers, body } = await controlAnswer(control, req);
  res.writeHead(status, headers).end(body);
}

async function controlAnswer(control: Control, req: IncomingMessage): Promise<Answer> {
  if (!isTrusted(req, control.state.key)) {
    return failure(403, "forbidden", "The control API is for this machine's programs.");
  }
  const text = await readBody(req, bodyLimitBytes);
  if (text.kind !== "read") {
    return failure(413, "too_large", "The body is larger than 1 MB.");
  }
  const url = new URL(req.url ?? "/", "http://wall");
  try {
    return await answerOf(control, `${req.method ?? "GET"} ${url.pathname}`, url, text.text);
  } catch (error) {
    if (error instanceof z.ZodError) {
      return failure(400, "invalid", problemsOf(error));
    }
    if (error instanceof SyntaxError) {
      return failure(400, "invalid_json", "The body is not JSON.");
    }
    if (error instanceof WallError) {
      return failure(400, error.code, error.message);
    }
    throw error;
  }
}

async function answerOf(
  { state, addFault, settled }: Control,
  endpoint: string,
  url: URL,
  body: string,
): Promise<Answer> {
  const { faults, journal } = state;
  const faultId = /^DELETE \/_wall\/faults\/([^/]+)$/.exec(endpoint)?.[1];
  if (faultId !== undefined) {
    if (!faults.remove(faultId)) {
      return failure(404, "unknown_fault", `There is no fault ${faultId}.`);
    }
    await settled();
    return success({ removed: 1 });
  }
  switch (endpoint) {
    case "GET /_wall/faults":
      return success({ faults: faults.list().map(faultView) });
    case "POST /_wall/faults": {
      // All are checked before the first one stands.
      const wanted = z.array(faultDto).parse(faultsDto.parse(JSON.parse(body)));
      const ids = wanted.map(addFault);
      await settled();
      return success({ ids }, 201);
    }
    case "DELETE /_wall/faults": {
      const removed = faults.list().length;
      faults.clear();
      await settled();
      return success({ removed });
    }
    case "GET /_wall/attempts": {
      const filter = attemptsDto.parse(Object.fromEntries(url.searchParams));
      return success({ attempts: journal.list(filter), last_seq: journal.lastSeq() });
    }
    case "DELETE /_wall/attempts":
      journal.clear();
      return success({ last_seq: journal.lastSeq() });
    case "GET /_wall/health":
      return success({
        status: "ok",
        latency_scale: state.latencyScale,
        faults: faults.list().length,
        in_flight: journal.inFlight(),
        last_seq: journal.lastSeq(),
      });
    case "PATCH /_wall/settings":
      state.latencyScale = settingsDto.parse(JSON.parse(body)).latency_scale;
      return success({ latency_scale: state.latencyScale });
    default:
      return failure(404, "unknown_url", `There is no ${endpoint.slice(0, 200)}.`);
  }
}

// Pages in a browser on this machine must not steer the wall; other machines need its key.
function isTrusted({ headers, socket }: IncomingMessage, key: string): boolean {
  const address = socket.remoteAddress ?? "";
  const isLocal = /^(127\.|::1$|::ffff:127\.)/.test(address);
  return headers.origin === undefined && (isLocal || headers.authorization === `Bearer ${key}`);
}

function faultView({ id, fault, untilMs, remaining, hits }: StandingFault): unknown {
  return { ...fault, id, until: untilMs, remaining, hits };
}

function problemsOf(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
}

function success(body: unknown, status = 200): Answer {
  return {
    status,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
}

function failure(status: number, code: string, message: string): Answer {
  return errorAnswer(status, { message, type: "wall_control_error", code });
}
