/** What the process takes of the machine, under the names that Prometheus' own dashboards know. */
import { version } from "../../shared/version";
import { type Family, counter, gauge } from "./families";

/** CPU, memory, age and release of this process. */
export function processMetrics(startedAtMs: number): readonly Family[] {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  return [
    counter(
      "process_cpu_seconds_total",
      "CPU time of the process, user and system.",
      (user + system) / 1e6,
    ),
    gauge("process_resident_memory_bytes", "Resident memory of the process.", "node", rss),
    gauge("nodejs_heap_size_used_bytes", "JavaScript heap in use.", "node", heapUsed),
    gauge(
      "process_start_time_seconds",
      "When the gateway was started, in seconds of the epoch.",
      "node",
      startedAtMs / 1_000,
    ),
    {
      ...gauge("bellwether_build_info", "Always 1; the labels say what runs.", "max", 1),
      labels: ["version", "nodejs"],
      samples: [{ labels: [version, process.versions.node], value: 1 }],
    },
  ];
}
