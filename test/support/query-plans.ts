/** A node of `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)`; times are milliseconds, buffers pages of 8 KB. */
export interface PlanNode {
  "Node Type": string;
  "Relation Name"?: string;
  "Index Name"?: string;
  "Actual Rows": number;
  "Actual Loops": number;
  "Actual Total Time": number;
  "Rows Removed by Filter"?: number;
  "Shared Hit Blocks"?: number;
  "Shared Read Blocks"?: number;
  Plans?: PlanNode[];
}

const calls = /^(call|attempt)(_default|_\d{8})?$/;
/** The planner reads a partition of a few rows whole, and rightly. */
const fewRows = 2_000;

/** How many rows of `call` and `attempt` a plan read. */
export function rowsOfCallsRead(plan: PlanNode): number {
  return all(plan)
    .filter((node) => calls.test(node["Relation Name"] ?? ""))
    .reduce((sum, node) => sum + rowsRead(node), 0);
}

/** Whether it reads a day of calls from one end to the other. */
export function isTooWide(plan: PlanNode): boolean {
  return all(plan).some(
    (node) =>
      node["Node Type"] === "Seq Scan" &&
      calls.test(node["Relation Name"] ?? "") &&
      rowsRead(node) > fewRows,
  );
}

/** The plan as a tree of what was done, without the branches that nobody took. */
export function shownPlan(plan: PlanNode, depth = 0): string {
  const { Plans: below = [] } = plan;
  const place = plan["Index Name"] ?? plan["Relation Name"];
  const hit = plan["Shared Hit Blocks"] ?? 0;
  const read = plan["Shared Read Blocks"] ?? 0;
  const line = `${"  ".repeat(depth)}${plan["Node Type"]}${place === undefined ? "" : ` ${place}`}: ${Math.round(rowsRead(plan))} rows, ${plan["Actual Total Time"]} ms, ${hit} + ${read} pages`;
  const shown = below.filter((node) => node["Actual Loops"] > 0);
  return [line, ...shown.map((node) => shownPlan(node, depth + 1))].join("\n");
}

function rowsRead(node: PlanNode): number {
  return (node["Actual Rows"] + (node["Rows Removed by Filter"] ?? 0)) * node["Actual Loops"];
}

function all(plan: PlanNode): PlanNode[] {
  return [plan, ...(plan.Plans ?? []).flatMap(all)];
}
