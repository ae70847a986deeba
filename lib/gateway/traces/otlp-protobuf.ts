/** Spans as OTLP in Protocol Buffers. The numbers are those of opentelemetry-proto, which never change. */
import { errorStatus } from "./otlp-json";
import { ProtoWriter } from "./proto-writer";
import { type Attribute, type Span, spanKinds } from "./span";

export const protobufContentType = "application/x-protobuf";

const request = { resourceSpans: 1 } as const;
const resourceSpans = { resource: 1, scopeSpans: 2 } as const;
const resourceFields = { attributes: 1 } as const;
const scopeSpans = { scope: 1, spans: 2 } as const;
const scopeFields = { name: 1 } as const;
const keyValue = { key: 1, value: 2 } as const;
const anyValue = { string: 1, bool: 2, int: 3, double: 4, array: 5 } as const;
const arrayValue = { values: 1 } as const;
const status = { code: 3 } as const;
const fields = {
  traceId: 1,
  spanId: 2,
  traceState: 3,
  parentSpanId: 4,
  name: 5,
  kind: 6,
  start: 7,
  end: 8,
  attributes: 9,
  status: 15,
} as const;

/** The body of an export request. */
export function encodeProtobuf(resource: readonly Attribute[], spans: readonly Span[]): Buffer {
  const out = new ProtoWriter();
  out.message(request.resourceSpans, () => {
    out.message(resourceSpans.resource, () => {
      writeAttributes(out, resourceFields.attributes, resource);
    });
    out.message(resourceSpans.scopeSpans, () => {
      out.message(scopeSpans.scope, () => {
        out.text(scopeFields.name, "bellwether");
      });
      for (const span of spans) {
        out.message(scopeSpans.spans, () => {
          writeSpan(out, span);
        });
      }
    });
  });
  return out.finish();
}

function writeSpan(out: ProtoWriter, span: Span): void {
  out.hex(fields.traceId, span.traceId);
  out.hex(fields.spanId, span.spanId);
  if (span.state !== "") {
    out.text(fields.traceState, span.state);
  }
  if (span.parentSpanId !== null) {
    out.hex(fields.parentSpanId, span.parentSpanId);
  }
  out.text(fields.name, span.name);
  out.int(fields.kind, spanKinds[span.kind]);
  out.nanoseconds(fields.start, span.startUs);
  out.nanoseconds(fields.end, span.endUs);
  writeAttributes(out, fields.attributes, span.attributes);
  if (span.isError) {
    out.message(fields.status, () => {
      out.int(status.code, errorStatus);
    });
  }
}

function writeAttributes(out: ProtoWriter, field: number, attributes: readonly Attribute[]): void {
  for (const attribute of attributes) {
    out.message(field, () => {
      out.text(keyValue.key, attribute.key);
      out.message(keyValue.value, () => {
        writeValue(out, attribute);
      });
    });
  }
}

function writeValue(out: ProtoWriter, { type, value }: Attribute): void {
  switch (type) {
    case "text":
      out.text(anyValue.string, value);
      return;
    case "int":
      out.int(anyValue.int, value);
      return;
    case "double":
      out.double(anyValue.double, value);
      return;
    case "flag":
      out.flag(anyValue.bool, value);
      return;
    case "texts":
      out.message(anyValue.array, () => {
        for (const one of value) {
          out.message(arrayValue.values, () => {
            out.text(anyValue.string, one);
          });
        }
      });
  }
}
