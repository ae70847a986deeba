/** What a person needs to know once everything serves. */
export interface Running {
  readonly dashboardUrl: string | undefined;
  readonly gatewayUrl: string | undefined;
  /** Absent when it has been made earlier and its file is gone. */
  readonly appKey: string | undefined;
  readonly appKeyPath: string;
  readonly demo: boolean;
}

/** The lines that tell where everything is, the last of them a command that works when pasted. */
export function bannerLines(running: Running): string[] {
  const { dashboardUrl, gatewayUrl, appKey, appKeyPath, demo } = running;
  const lines = ["Bellwether is running.", ""];
  if (dashboardUrl !== undefined) {
    lines.push(`  Dashboard  ${dashboardUrl}`);
  }
  if (gatewayUrl !== undefined) {
    lines.push(`  Gateway    ${gatewayUrl}/v1`);
    if (appKey !== undefined) {
      lines.push(`  Key        ${appKey}  (also in ${appKeyPath})`);
    }
  }
  if (demo) {
    lines.push(
      "  Demo       a built-in fake provider answers, and one call per second keeps it busy",
    );
  }
  if (gatewayUrl !== undefined) {
    lines.push("", curlLine(gatewayUrl, appKey ?? "$BELLWETHER_KEY"));
  }
  return lines;
}

function curlLine(gatewayUrl: string, key: string): string {
  const body = JSON.stringify({
    model: "auto",
    messages: [{ role: "user", content: "Say hello." }],
  });
  return `curl ${gatewayUrl}/v1/chat/completions -H "Authorization: Bearer ${key}" -H "Content-Type: application/json" -d '${body}'`;
}
