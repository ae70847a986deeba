import { definePublicHandler } from "@/lib/control";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

/** One word, for whoever watches the process. */
export const GET = definePublicHandler(() => ({ status: "ok" }));
