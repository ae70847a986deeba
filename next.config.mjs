import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";

const isDevelopment = process.env.NODE_ENV === "development";

const contentSecurityPolicy = [
  "default-src 'self'",
  `script-src 'self' 'unsafe-inline'${isDevelopment ? " 'unsafe-eval'" : ""}`,
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

/** A mark of what the server's answers look like, for pages that are open while it is updated (lib/shared/contract-mark.ts). */
function contractMark() {
  const folder = new URL("lib/shared/", import.meta.url);
  const hash = createHash("sha256");
  for (const name of readdirSync(folder).sort()) {
    if (/(^|-)contract\.ts$|^stream-events\.ts$/.test(name)) {
      hash.update(readFileSync(new URL(name, folder)));
    }
  }
  return hash.digest("hex").slice(0, 12);
}

const contract = contractMark();

/** @type {import("next").NextConfig} */
const config = {
  poweredByHeader: false,
  reactStrictMode: true,
  // `npm run verify` checks the types; a start must not pay for them again.
  typescript: { ignoreBuildErrors: true },
  serverExternalPackages: ["pg", "@prisma/client", "@prisma/adapter-pg", "undici"],
  devIndicators: false,
  env: { BELLWETHER_CONTRACT: contract },
  // A call's own address, as people write it by hand: the drawer over the list.
  redirects: () =>
    Promise.resolve([
      { source: "/requests/:id", destination: "/requests?call=:id", permanent: false },
    ]),
  headers: () =>
    Promise.resolve([
      { source: "/api/:path*", headers: [{ key: "x-bellwether-contract", value: contract }] },
      {
        source: "/:path*",
        headers: [
          { key: "Content-Security-Policy", value: contentSecurityPolicy },
          { key: "X-Content-Type-Options", value: "nosniff" },
          { key: "X-Frame-Options", value: "DENY" },
          { key: "Referrer-Policy", value: "same-origin" },
          { key: "Permissions-Policy", value: "camera=(), microphone=(), geolocation=()" },
          { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
        ],
      },
    ]),
};

export default config;
