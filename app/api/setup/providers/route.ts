import { addMockProviders, defineHandler } from "@/lib/control";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const POST = defineHandler(
  addMockProviders.permission,
  ({ actor, runtime: { deps, wallUrl } }) => addMockProviders(actor, deps, { wallUrl }),
);
