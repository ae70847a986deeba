import { z } from "zod";

/**
 * The standard variables of OpenTelemetry, as far as they are obeyed: where traces go, and which. Without an endpoint
 * there are none, and the other variables are not even looked at: whoever sets them for a whole cluster need not mean us.
 */

export type Protocol = "http/protobuf" | "http/json";

export type Sampler = {
  /** A call that comes with a trace is sampled as its parent was. */
  readonly byParent: boolean;
  /** Share of the others that is sampled, 0..1. */
  readonly ratio: number;
};

export type TracingSettings = {
  /** Where spans are sent. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly protocol: Protocol;
  /** Attributes of the resource; `service.name` among them. */
  readonly resource: Readonly<Record<string, string>>;
  readonly sampler: Sampler;
  /** Ids of the providers that are told of the trace. */
  readonly toldProviders: ReadonlySet<string>;
};

const httpUrl = z
  .string()
  .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), {
    error: "must be an http(s) URL such as http://127.0.0.1:4318",
  });

const words = z.string();

const pairs = z.string().refine((text) => parsePairs(text) !== null, {
  error: "must be a list such as name=value,other=value, percent-encoded where needed",
});

/** The variables, with unit, default and reason; `envSchema` has them among the others. */
export const otelShape = {
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl.optional().meta({
    description: "An OpenTelemetry collector; traces go to `/v1/traces` under it.",
    unit: "http(s) URL",
    reason: "absent: no traces, at no cost",
  }),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: httpUrl.optional().meta({
    description: "Where traces go, exactly as it is here; outranks the one above.",
    unit: "http(s) URL",
    reason: "most collectors take everything at one place",
  }),
  OTEL_EXPORTER_OTLP_HEADERS: pairs.optional().meta({
    description: "Headers for the collector, such as its key.",
    unit: "name=value, separated by commas",
    reason: "a collector of one's own needs none",
    secret: true,
  }),
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: pairs.optional().meta({
    description: "The same for traces only; outranks the one above name by name.",
    unit: "name=value, separated by commas",
    reason: "most collectors take everything at one place",
    secret: true,
  }),
  OTEL_EXPORTER_OTLP_PROTOCOL: words.optional().meta({
    description: "How traces are written. gRPC is not spoken.",
    unit: "http/protobuf or http/json",
    reason: "the standard's own default",
    defaultText: "http/protobuf",
  }),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: words.optional().meta({
    description: "The same for traces only; outranks the one above.",
    unit: "http/protobuf or http/json",
    reason: "most collectors take everything one way",
  }),
  OTEL_SERVICE_NAME: words.optional().meta({
    description: "The service's name in traces.",
    unit: "name",
    reason: "what this is",
    defaultText: "bellwether",
  }),
  OTEL_RESOURCE_ATTRIBUTES: pairs.optional().meta({
    description: "Further attributes of every trace, such as `deployment.environment.name`.",
    unit: "name=value, separated by commas",
    reason: "name, version and node are there anyway",
  }),
  OTEL_TRACES_SAMPLER: words.optional().meta({
    description: "Which calls are traced.",
    unit: "always_on, always_off, traceidratio, or one of them after parentbased_",
    reason: "the standard's own default: all, and as the caller decided where it did",
    defaultText: "parentbased_always_on",
  }),
  OTEL_TRACES_SAMPLER_ARG: words.optional().meta({
    description: "The share of calls for the samplers by ratio.",
    unit: "0 to 1",
    reason: "the standard's own default",
    defaultText: "1",
  }),
  OTEL_SDK_DISABLED: words.optional().meta({
    description: "Switches traces off whatever else is set.",
    unit: "true or false",
    reason: "the standard's own default",
    defaultText: "false",
  }),
  TRACEPARENT_PROVIDERS: words.optional().meta({
    description: "Providers (ids) that are sent `traceparent`, such as model servers of one's own.",
    unit: "ids, separated by commas",
    reason: "nobody: strangers need not know which calls belong together",
  }),
};

type OtelValues = { readonly [Name in keyof typeof otelShape]?: string | undefined };

export type Tracing =
  | { readonly ok: true; readonly settings: TracingSettings | null }
  | { readonly ok: false; readonly problems: readonly string[] };

/** What the variables say together; null settings: no traces. */
export function readTracing(values: OtelValues): Tracing {
  const base = values.OTEL_EXPORTER_OTLP_ENDPOINT;
  const url =
    values.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ??
    (base === undefined ? undefined : `${base.replace(/\/+$/, "")}/v1/traces`);
  if (url === undefined || values.OTEL_SDK_DISABLED?.toLowerCase() === "true") {
    return { ok: true, settings: null };
  }
  const problems: string[] = [];
  const protocol = protocolOf(values, problems);
  const sampler = samplerOf(values, problems);
  if (problems.length > 0) {
    return { ok: false, problems };
  }
  const listed = (name: keyof typeof otelShape): Record<string, string> =>
    parsePairs(values[name] ?? "") ?? {};
  return {
    ok: true,
    settings: {
      url,
      protocol,
      sampler,
      headers: {
        ...listed("OTEL_EXPORTER_OTLP_HEADERS"),
        ...listed("OTEL_EXPORTER_OTLP_TRACES_HEADERS"),
      },
      resource: {
        "service.name": "bellwether",
        ...listed("OTEL_RESOURCE_ATTRIBUTES"),
        ...(values.OTEL_SERVICE_NAME !== undefined && { "service.name": values.OTEL_SERVICE_NAME }),
      },
      toldProviders: new Set(
        (values.TRACEPARENT_PROVIDERS ?? "")
          .split(",")
          .map((id) => id.trim())
          .filter((id) => id !== ""),
      ),
    },
  };
}

function protocolOf(values: OtelValues, problems: string[]): Protocol {
  const name =
    values.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL === undefined
      ? "OTEL_EXPORTER_OTLP_PROTOCOL"
      : "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL";
  const word = values[name] ?? "http/protobuf";
  if (word !== "http/protobuf" && word !== "http/json") {
    problems.push(
      `${name} must be http/protobuf or http/json (it is "${word}"); collectors take both, usually on port 4318`,
    );
    return "http/protobuf";
  }
  return word;
}

function samplerOf(values: OtelValues, problems: string[]): Sampler {
  const name = values.OTEL_TRACES_SAMPLER ?? "parentbased_always_on";
  const kind = name.replace(/^parentbased_/, "");
  const byParent = kind !== name;
  if (kind === "always_on" || kind === "always_off") {
    return { byParent, ratio: kind === "always_on" ? 1 : 0 };
  }
  if (kind !== "traceidratio") {
    problems.push(
      `OTEL_TRACES_SAMPLER must be always_on, always_off or traceidratio, alone or after parentbased_ (it is "${name}")`,
    );
  }
  const text = values.OTEL_TRACES_SAMPLER_ARG ?? "1";
  const ratio = Number(text);
  if (!(ratio >= 0 && ratio <= 1)) {
    problems.push(`OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1 (it is "${text}")`);
  }
  return { byParent, ratio };
}

/** Names and values of a list such as `a=1,b=two%20words`; null when it is none. */
function parsePairs(text: string): Record<string, string> | null {
  const found: Record<string, string> = {};
  for (const part of text.split(",").map((one) => one.trim())) {
    if (part === "") {
      continue;
    }
    const [, name, value] = /^([\w!#$%&'*+.^`|~/-]+)\s*=\s*(.*)$/s.exec(part) ?? [];
    if (name === undefined || value === undefined) {
      return null;
    }
    try {
      found[name] = decodeURIComponent(value);
    } catch {
      return null;
    }
  }
  return found;
}
