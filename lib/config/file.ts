/** The declarative file: YAML or JSON text → a checked document, or problems with their line and column. */
import { type Document, LineCounter, isMap, isNode, isScalar, parseDocument } from "yaml";
import type { ConfigDocument } from "./document";
import { isRecord } from "../shared/record";
import { carried, type CarriedRefusal } from "../shared/refusals";
import { type Problem, unknownSetting, validateDocument } from "./validate";

/** `message` begins with the place in the file, where it is known. */
export type FileProblem = {
  message: string;
  line: number;
  column: number;
  place?: string;
} & CarriedRefusal;

export type ParsedFile =
  { ok: true; document: ConfigDocument } | { ok: false; problems: readonly FileProblem[] };

/** What is made of a file's content before it is checked, and what is wrong with that. */
export type Prepare = (content: Readonly<Record<string, unknown>>) => {
  readonly content: unknown;
  readonly problems: readonly Problem[];
};

const asItIs: Prepare = (content) => ({ content, problems: [] });

/** The document in `text`, or all its problems; lines and columns count from 1. */
export function parseConfigText(text: string, prepare: Prepare = asItIs): ParsedFile {
  const lines = new LineCounter();
  const yaml = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  if (yaml.errors.length > 0) {
    return {
      ok: false,
      problems: yaml.errors.map((error) => ({
        ...syntaxProblem(error.message),
        ...at(error.pos[0]),
      })),
    };
  }
  const content = toContent(yaml);
  if (!content.ok) {
    return { ok: false, problems: [{ ...syntaxProblem(content.message), line: 1, column: 1 }] };
  }
  const written = content.value ?? {};
  if (!isRecord(written)) {
    const message = "must be settings by their names, such as `models:`";
    return {
      ok: false,
      problems: [{ message, ...carried({ reason: "file_no_settings" }), line: 1, column: 1 }],
    };
  }
  const prepared = prepare(written);
  const validated = validateDocument(prepared.content);
  if (validated.ok && prepared.problems.length === 0) {
    return validated;
  }
  const problems = [...prepared.problems, ...(validated.ok ? [] : validated.problems)];
  const offsetOf = (problem: Problem): number => {
    const unknown = problem.path.at(-1);
    const parent: unknown = yaml.getIn(problem.path.slice(0, -1), true);
    if (problem.message.startsWith(unknownSetting) && isMap(parent)) {
      // The name is wrong, not what follows it.
      const pair = parent.items.find(({ key }) => isScalar(key) && key.value === unknown);
      return isNode(pair?.key) ? (pair.key.range?.[0] ?? 0) : 0;
    }
    for (let depth = problem.path.length; depth > 0; depth -= 1) {
      const node: unknown = yaml.getIn(problem.path.slice(0, depth), true);
      if (isNode(node) && node.range) {
        return node.range[0];
      }
    }
    return 0;
  };
  return {
    ok: false,
    problems: problems.map((problem) => ({
      message: `${problem.path.join(".")}: ${problem.message}`,
      place: problem.path.join("."),
      ...carried(problem.refusal),
      ...at(offsetOf(problem)),
    })),
  };
}

function syntaxProblem(message: string): Pick<FileProblem, "message" | "reason" | "values"> {
  return { message, ...carried({ reason: "file_syntax", detail: message }) };
}

/** Aliases are resolved only here: one without its anchor, or a bomb of them, is a problem like any other. */
function toContent(yaml: Document): { ok: true; value: unknown } | { ok: false; message: string } {
  try {
    return { ok: true, value: yaml.toJS({ maxAliasCount: 100 }) };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : "is not valid YAML" };
  }
}
