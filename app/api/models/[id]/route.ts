import { switchHandler } from "@/lib/control";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const PATCH = switchHandler("model");
