/** What the simulator offers to its command line and to the proofs. */
export { step } from "../core/step";
export { runArticle } from "./article";
export { type Finding, type ManyResult, simulateMany, simulateSwarm } from "./many";
export { articleReport, manyReport } from "./report";
export { scenarios } from "./scenarios";
export { shrink } from "./shrink";
export { simulate } from "./simulation";
export { countFalseOpenings } from "./statistics";
