-- What callers say of their own calls (x-bellwether-metadata). The release before neither writes nor reads it.
ALTER TABLE "call" ADD COLUMN "metadata" JSONB;
