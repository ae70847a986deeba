export interface ForcedTool {
  readonly name: string;
  /** The arguments of the call as JSON. */
  readonly arguments: string;
}

interface ToolFunction {
  readonly name: string;
  readonly parameters?: { readonly properties?: Readonly<Record<string, { type?: unknown }>> };
}

/**
 * The tool call that the caller insists on, null when an ordinary text will do, "unknown" when the
 * caller insists on a tool that it did not define.
 */
export function forcedTool(tools: unknown, choice: unknown): ForcedTool | null | "unknown" {
  const wanted = wantedName(choice);
  if (choice !== "required" && wanted === undefined) {
    return null;
  }
  const functions = Array.isArray(tools) ? tools.flatMap(functionOf) : [];
  const found = functions.find(({ name }) => wanted === undefined || name === wanted);
  return found === undefined
    ? "unknown"
    : { name: found.name, arguments: JSON.stringify(sampleArguments(found)) };
}

function wantedName(choice: unknown): string | undefined {
  const { function: wanted } = (choice ?? {}) as { function?: { name?: unknown } | null };
  return typeof wanted?.name === "string" ? wanted.name : undefined;
}

function functionOf(tool: unknown): ToolFunction[] {
  const { function: described } = (tool ?? {}) as { function?: Partial<ToolFunction> | null };
  return typeof described?.name === "string" ? [{ ...described, name: described.name }] : [];
}

function sampleArguments({ parameters }: ToolFunction): Record<string, unknown> {
  const properties = Object.entries(parameters?.properties ?? {});
  return Object.fromEntries(properties.map(([name, schema]) => [name, sampleOf(schema)]));
}

function sampleOf(schema: { type?: unknown; enum?: unknown } | null): unknown {
  if (Array.isArray(schema?.enum)) {
    return schema.enum[0];
  }
  switch (schema?.type) {
    case "number":
    case "integer":
      return 7;
    case "boolean":
      return true;
    case "array":
      return [];
    case "object":
      return {};
    default:
      return "bell";
  }
}
