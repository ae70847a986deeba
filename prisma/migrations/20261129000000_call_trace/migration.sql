-- The trace that a call belongs to, where one is kept. The release before neither writes nor reads it.
ALTER TABLE "call" ADD COLUMN "trace_id" TEXT;
