import { relayHandler } from "@/lib/control";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const GET = relayHandler;
export const HEAD = relayHandler;
export const POST = relayHandler;
export const PUT = relayHandler;
export const PATCH = relayHandler;
export const DELETE = relayHandler;
export const OPTIONS = relayHandler;
