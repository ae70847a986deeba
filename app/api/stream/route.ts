import { defineHandler, eventStream } from "@/lib/control";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const GET = defineHandler("read", eventStream);
