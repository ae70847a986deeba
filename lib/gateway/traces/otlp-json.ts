/** Spans as OTLP in JSON: ids in hex, 64-bit numbers as text, enumerations as numbers. */
import { type Attribute, type Span, spanKinds } from "./span";

export const jsonContentType = "application/json";

/** Number of the status "error". */
export const errorStatus = 2;

/** The body of an export request. */
export function encodeJson(resource: readonly Attribute[], spans: readonly Span[]): Buffer {
  return Buffer.from(
    JSON.stringify({
      resourceSpans: [
        {
          resource: { attributes: resource.map(jsonAttribute) },
          scopeSpans: [{ scope: { name: "bellwether" }, spans: spans.map(jsonSpan) }],
        },
      ],
    }),
  );
}

function jsonSpan(span: Span): object {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentSpanId !== null && { parentSpanId: span.parentSpanId }),
    ...(span.state !== "" && { traceState: span.state }),
    name: span.name,
    kind: spanKinds[span.kind],
    startTimeUnixNano: `${span.startUs}000`,
    endTimeUnixNano: `${span.endUs}000`,
    attributes: span.attributes.map(jsonAttribute),
    ...(span.isError && { status: { code: errorStatus } }),
  };
}

function jsonAttribute(attribute: Attribute): object {
  return { key: attribute.key, value: jsonValue(attribute) };
}

function jsonValue({ type, value }: Attribute): object {
  switch (type) {
    case "text":
      return { stringValue: value };
    case "int":
      return { intValue: String(value) };
    case "double":
      return { doubleValue: value };
    case "flag":
      return { boolValue: value };
    case "texts":
      return { arrayValue: { values: value.map((one) => ({ stringValue: one })) } };
  }
}
