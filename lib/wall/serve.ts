import type { IncomingMessage, ServerResponse } from "node:http";
import { errorAnswer, type Answer } from "./answers";
import { serveChat } from "./chat";
import { openExchange, sendAnswer, sever, type Origin } from "./exchange";
import { serveModels } from "./models";
import { routeOf, type WallRoute } from "./routes";
import type { WallState } from "./state";

/** Answers one request to a provider, whatever it is; attempts at a place enter the journal. */
export function serveProvider(
  wall: WallState,
  req: IncomingMessage,
  res: ServerResponse,
  origin: Origin,
): void {
  const { url = "/", headers } = req;
  const queryAt = url.indexOf("?");
  const path = queryAt < 0 ? url : url.slice(0, queryAt);
  const route = routeOf(path, headerOf(headers["x-region"]) ?? undefined);
  if (route.kind === "unknown_path" || route.kind === "unknown_region") {
    const answer = route.kind === "unknown_path" ? unknownPath(path) : unknownRegion(route);
    res.writeHead(answer.status, answer.headers).end(answer.body);
    return;
  }
  const account = accountOf(headers.authorization, wall.key);
  const attempt = wall.journal.open({
    account: account ?? null,
    provider: route.place.provider.id,
    region: route.place.region.id,
    kind: route.kind,
    user_agent: headers["user-agent"] ?? null,
    client_request_id: headerOf(headers["x-request-id"]),
  });
  const exchange = openExchange({ req, res, attempt, journal: wall.journal }, origin);
  if (req.method !== (route.kind === "chat" ? "POST" : "GET")) {
    sendAnswer(exchange, wrongMethod);
  } else if (account === undefined) {
    sendAnswer(exchange, wrongKey);
  } else if (route.kind === "models") {
    serveModels(wall, route.place, route.model, exchange);
  } else {
    serveChat(wall, route.place, exchange).catch(() => {
      // A bug of the wall must not look like a client that left.
      if (res.headersSent) {
        sever(exchange, "cut");
      } else {
        sendAnswer(exchange, ownFault);
      }
    });
  }
}

/** The account of a bearer key, "" for the plain one; undefined when it is not ours. */
function accountOf(authorization: string | undefined, key: string): string | undefined {
  const plain = `Bearer ${key}`;
  if (authorization === plain) {
    return "";
  }
  return authorization?.startsWith(`${plain}.`) === true
    ? authorization.slice(plain.length + 1)
    : undefined;
}

function headerOf(value: string | string[] | undefined): string | null {
  return typeof value === "string" ? value : null;
}

function unknownPath(path: string): Answer {
  return errorAnswer(404, {
    message: `Invalid URL (${path.slice(0, 200)})`,
    type: "invalid_request_error",
    code: "unknown_url",
  });
}

function unknownRegion({
  provider,
  region,
}: Extract<WallRoute, { kind: "unknown_region" }>): Answer {
  const known = provider.regions.map(({ id }) => id).join(", ");
  return errorAnswer(400, {
    message: `Unknown region '${region.slice(0, 100)}'; ${provider.id} has ${known}.`,
    type: "invalid_request_error",
    code: "unknown_region",
    param: "X-Region",
  });
}

const wrongMethod = errorAnswer(405, {
  message: "Not allowed to use this method on this URL.",
  type: "invalid_request_error",
  code: "method_not_allowed",
});

const wrongKey = errorAnswer(401, {
  message: "Incorrect API key provided.",
  type: "invalid_request_error",
  code: "invalid_api_key",
});

const ownFault = errorAnswer(500, {
  message: "The wall itself failed; no fault was asked for.",
  type: "server_error",
  code: "wall_failed",
});
