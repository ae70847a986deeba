/** Whether a configuration makes sense: its shape, then what its names refer to. */
import { type z } from "zod";
import { endsWithPath, isBlockedHost } from "../shared/addresses";
import { isBox } from "../shared/box-text";
import { boundsIn } from "./bounds";
import { autoRoute } from "./compile-routes";
import { type ConfigDocument, configDocument } from "./document";
import { nameForm } from "../shared/name-form";
import { type Refusal } from "../shared/refusals";
import { expandTargets, globalRegion } from "./targets";

export type Problem = {
  path: readonly (string | number)[];
  message: string;
  /** The same for readers of other languages. */
  refusal?: Refusal;
};

/** How a problem begins whose name is nobody's. */
export const unknownSetting = "unknown setting";

export type Validated =
  { ok: true; document: ConfigDocument } | { ok: false; problems: readonly Problem[] };

/** The checked document, or every problem that was found, each with the path to its place. */
export function validateDocument(input: unknown): Validated {
  const parsed = configDocument.safeParse(input);
  if (!parsed.success) {
    return { ok: false, problems: parsed.error.issues.flatMap(toProblems) };
  }
  const problems = semanticProblems(parsed.data);
  return problems.length === 0 ? { ok: true, document: parsed.data } : { ok: false, problems };
}

function toProblems(issue: z.core.$ZodIssue): Problem[] {
  const path = issue.path.filter((part) => typeof part !== "symbol");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: [...path, key],
      message: `${unknownSetting} "${key}"`,
      refusal: { reason: "setting_unknown", values: { name: key } } as const,
    }));
  }
  return [{ path, message: issue.message, refusal: shapeRefusal(issue) }];
}

/** Why a value is refused, with its bounds where the document's shape names some. */
export function shapeRefusal(issue: z.core.$ZodIssue): Refusal {
  const bounds = boundsIn(issue.message);
  if (bounds !== null) {
    return { reason: "value_between", values: bounds };
  }
  if (issue.code === "too_small" && issue.origin === "array") {
    return { reason: "list_least", values: { least: Number(issue.minimum) } };
  }
  if (issue.code === "too_big" && issue.origin === "array") {
    return { reason: "list_most", values: { most: Number(issue.maximum) } };
  }
  if (issue.code === "too_big" && issue.origin === "string") {
    return { reason: "text_long", values: { most: Number(issue.maximum) } };
  }
  if (issue.code === "invalid_key") {
    return { reason: "header_form" };
  }
  if (issue.code === "invalid_format") {
    const reason = formats[issue.format === "regex" ? String(issue.pattern) : issue.format];
    return reason === undefined ? { reason: "value_invalid", detail: issue.message } : { reason };
  }
  return { reason: "value_invalid", detail: issue.message };
}

/** Why a text is refused, by the form that it should have. */
const formats: Readonly<Partial<Record<string, "name_form" | "base_url" | "rate_day">>> = {
  [String(nameForm)]: "name_form",
  url: "base_url",
  date: "rate_day",
};

function semanticProblems(document: ConfigDocument): Problem[] {
  return [
    ...duplicateIds(document),
    ...providerProblems(document),
    ...modelProblems(document),
    ...routeProblems(document),
    ...emptinessProblems(document),
    ...limitProblems(document),
    ...keyProblems(document),
    ...settingsProblems(document),
  ];
}

function duplicateIds(document: ConfigDocument): Problem[] {
  const named = [
    ...document.models.map((model, index) => ({ id: model.id, path: ["models", index, "id"] })),
    ...document.routes.map((route, index) => ({ id: route.id, path: ["routes", index, "id"] })),
  ];
  return [
    ...repeated(named, "is already the name of a model or route"),
    // Also where no route has it: it would take the calls of all who ask for any model.
    ...document.models.flatMap(({ id }, index) =>
      id === autoRoute
        ? [
            {
              path: ["models", index, "id"],
              message: `"${id}" is the name by which callers ask for any model`,
              refusal: { reason: "name_taken", values: { id, type: "route" } } as const,
            },
          ]
        : [],
    ),
    ...repeated(
      document.providers.map((provider, index) => ({
        id: provider.id,
        path: ["providers", index, "id"],
      })),
      "is already the name of a provider",
    ),
    ...repeated(
      document.keys.map((key, index) => ({ id: key.id, path: ["keys", index, "id"] })),
      "is already the name of a key",
    ),
    ...repeated(
      expandTargets(document).map((target) => ({
        id: target.id,
        path: ["models", document.models.findIndex((model) => model.id === target.model)],
      })),
      "is a target twice",
    ),
  ];
}

function repeated(
  named: readonly { id: string; path: readonly (string | number)[] }[],
  message: string,
): Problem[] {
  const seen = new Set<string>();
  return named.flatMap(({ id, path }) => {
    if (seen.has(id)) {
      return [
        {
          path,
          message: `"${id}" ${message}`,
          refusal: { reason: "named_twice", values: { id } } as const,
        },
      ];
    }
    seen.add(id);
    return [];
  });
}

function providerProblems(document: ConfigDocument): Problem[] {
  return document.providers.flatMap((provider, index) => {
    const at = ["providers", index];
    const urls = [
      { url: provider.base_url, path: [...at, "base_url"] },
      ...(provider.regions ?? []).flatMap((region, place) =>
        region.base_url === undefined
          ? []
          : [{ url: region.base_url, path: [...at, "regions", place, "base_url"] }],
      ),
    ];
    const regions = (provider.regions ?? []).map((region, place) => ({
      id: region.id,
      path: [...at, "regions", place, "id"],
    }));
    const credentials = (provider.credentials ?? []).map((credential, place) => ({
      id: credential.id,
      path: [...at, "credentials", place, "id"],
    }));
    return [
      ...secretProblems(document, provider.api_key, [...at, "api_key"]),
      ...(provider.credentials ?? []).flatMap((credential, place) =>
        secretProblems(document, credential.api_key, [...at, "credentials", place, "api_key"]),
      ),
      ...repeated(regions, "is already a region of this provider"),
      ...repeated(credentials, "is already a key of this provider"),
      ...urls
        .filter(({ url }) => !endsWithPath(url))
        .map(({ path }) => ({
          path,
          message: "ends with its path: no user name, password, query or fragment is sent",
          refusal: { reason: "base_url_ends" } as const,
        })),
      ...(provider.allow_private_network
        ? []
        : urls
            .filter(({ url }) => isPrivateHost(new URL(url).hostname))
            .map(({ path }) => ({
              path,
              message:
                "points into a private network; set allow_private_network: true if that is meant",
              refusal: { reason: "private_network" } as const,
            }))),
    ];
  });
}

function secretProblems(
  document: ConfigDocument,
  secret: string,
  path: readonly (string | number)[],
): Problem[] {
  const isReference = /^env:[A-Za-z_][A-Za-z0-9_]*$/.test(secret) || /^file:.+/.test(secret);
  return isReference || isBox(secret) || document.allow_literal_secrets
    ? []
    : [
        {
          path,
          message:
            "write env:NAME or file:PATH; a literal secret needs allow_literal_secrets: true",
          refusal: { reason: "literal_secret" } as const,
        },
      ];
}

/** Names and literal addresses only; what a name resolves to is checked when we connect. */
function isPrivateHost(hostname: string): boolean {
  const host = hostname.toLowerCase();
  return host === "localhost" || host.endsWith(".localhost") || isBlockedHost(host);
}

function modelProblems(document: ConfigDocument): Problem[] {
  const providers = new Map(document.providers.map((provider) => [provider.id, provider]));
  return document.models.flatMap((model, index) =>
    model.targets.flatMap((place, position): Problem[] => {
      const at = ["models", index, "targets", position];
      const provider = providers.get(place.provider);
      if (provider === undefined) {
        return [
          {
            path: [...at, "provider"],
            message: `there is no provider "${place.provider}"`,
            refusal: { reason: "provider_missing", values: { provider: place.provider } } as const,
          },
        ];
      }
      const known = new Set(provider.regions?.map((region) => region.id) ?? [globalRegion]);
      return (place.regions ?? [])
        .filter((region) => !known.has(region))
        .map((region) => ({
          path: [...at, "regions"],
          message: `provider "${provider.id}" has no region "${region}"`,
          refusal: { reason: "region_missing", values: { provider: provider.id, region } } as const,
        }));
    }),
  );
}

function routeProblems(document: ConfigDocument): Problem[] {
  const models = new Set(document.models.map((model) => model.id));
  return document.routes.flatMap((route, index) => [
    ...route.chain.flatMap((model, place) =>
      models.has(model)
        ? []
        : [
            {
              path: ["routes", index, "chain", place],
              message: `there is no model "${model}" for route "${route.id}"`,
              refusal: { reason: "model_missing", values: { model, route: route.id } } as const,
            },
          ],
    ),
    ...repeated(
      route.chain.map((id, place) => ({ id, path: ["routes", index, "chain", place] })),
      "is in this chain twice",
    ),
  ]);
}

/** A name that leads nowhere would answer every call with 503. */
function emptinessProblems(document: ConfigDocument): Problem[] {
  const alive = new Set(expandTargets(document).map((target) => target.model));
  const known = new Set(document.models.map((model) => model.id));
  const empty = document.models.flatMap((model, index) =>
    alive.has(model.id)
      ? []
      : [
          {
            path: ["models", index, "targets"],
            message: `model "${model.id}" has no target: none of its providers has a region for it`,
            refusal: { reason: "model_empty", values: { model: model.id } } as const,
          },
        ],
  );
  const cut = document.routes.flatMap((route, index) =>
    route.chain.some((model) => alive.has(model) || !known.has(model))
      ? []
      : [
          {
            path: ["routes", index, "chain"],
            message: `would leave route "${route.id}" without a target`,
            refusal: { reason: "route_empty", values: { route: route.id } } as const,
          },
        ],
  );
  return [...empty, ...cut];
}

/** Limits that contradict each other; where only one of two is given, the other's default gives way. */
function limitProblems(document: ConfigDocument): Problem[] {
  return document.routes.flatMap(({ limits = {}, breaker = {} }, index) => {
    const at = (group: string, name: string): Problem["path"] => ["routes", index, group, name];
    return [
      ...exceeds(limits.ttft_s, limits.total_s, at("limits", "ttft_s"), "total_s"),
      ...exceeds(
        limits.reasoning_ttft_s,
        limits.reasoning_total_s,
        at("limits", "reasoning_ttft_s"),
        "reasoning_total_s",
      ),
      ...exceeds(limits.idle_s, limits.stream_total_s, at("limits", "idle_s"), "stream_total_s"),
      ...exceeds(
        breaker.base_ejection_s,
        breaker.max_ejection_s,
        at("breaker", "base_ejection_s"),
        "max_ejection_s",
      ),
    ];
  });
}

function exceeds(
  value: number | undefined,
  most: number | undefined,
  path: Problem["path"],
  mostName: string,
): Problem[] {
  return value === undefined || most === undefined || value <= most
    ? []
    : [
        {
          path,
          message: `must be at most ${mostName}, which is ${most} seconds, not ${value}`,
          refusal: { reason: "exceeds", values: { most, setting: mostName, value } } as const,
        },
      ];
}

function settingsProblems({ settings }: ConfigDocument): Problem[] {
  const { timezone, currency, exchange_rate: rate } = settings;
  return [
    ...(timezone === undefined || isTimezone(timezone)
      ? []
      : [
          {
            path: ["settings", "timezone"],
            message: `"${timezone}" is not a time zone such as Asia/Seoul`,
            refusal: { reason: "timezone", values: { name: timezone } } as const,
          },
        ]),
    ...(rate !== undefined && (currency === undefined || currency === "USD")
      ? [
          {
            path: ["settings", "exchange_rate"],
            message:
              "needs settings.currency: the currency, other than USD, that it is the rate of",
            refusal: { reason: "rate_needs_currency" } as const,
          },
        ]
      : []),
  ];
}

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).format(0) !== "";
  } catch {
    return false;
  }
}

function keyProblems(document: ConfigDocument): Problem[] {
  return document.keys.flatMap((key, index) =>
    secretProblems(document, key.key, ["keys", index, "key"]),
  );
}
