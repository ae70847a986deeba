import { defineConfig } from "prisma/config";

export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  // eslint-disable-next-line no-restricted-syntax -- Prisma's own command line reads this file, outside our process.
  datasource: { url: process.env["DATABASE_URL"] ?? "postgresql://localhost/bellwether" },
});
