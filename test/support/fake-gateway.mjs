// A part that knows the supervisor's messages and nothing else; it does not start while the file that FAIL names is there.
import { existsSync } from "node:fs";

let slot;

process.on("message", (order) => {
  if (order.type === "go" && existsSync(process.env.FAIL)) {
    process.send({ type: "failed", line: "no luck" }, () => process.exit(1));
  } else if (order.type === "go") {
    slot = order.slot;
    process.send({ type: "ready" });
  } else if (order.type === "retire") {
    setTimeout(() => process.exit(0), 50);
  } else if (order.type === "status") {
    const status = { slot, pid: process.pid, env: Object.keys(process.env) };
    process.send({ type: "status", id: order.id, status });
  }
});
process.on("SIGTERM", () => process.exit(0));
process.send({ type: "hears" });
