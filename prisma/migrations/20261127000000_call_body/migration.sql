-- What callers of some routes sent and got, sealed by the gateway: nothing here can be read without its secret. A body goes when
-- its own time is over, whatever becomes of its call, so there is no partition by day and no reference to "call".
CREATE TABLE "call_body" (
    "call_id" UUID NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "request" TEXT NOT NULL,
    "request_missing_bytes" INTEGER NOT NULL,
    "answer" TEXT,
    "answer_missing_bytes" INTEGER NOT NULL,
    CONSTRAINT "call_body_pkey" PRIMARY KEY ("call_id")
);
CREATE INDEX "call_body_expires_at_idx" ON "call_body"("expires_at");
-- What is sealed cannot be compressed.
ALTER TABLE "call_body" ALTER COLUMN "request" SET STORAGE EXTERNAL, ALTER COLUMN "answer" SET STORAGE EXTERNAL;
-- Deleted bodies lie on the disk until a vacuum: it comes when a hundredth of them is, not a fifth.
ALTER TABLE "call_body" SET (autovacuum_vacuum_scale_factor = 0.01, toast.autovacuum_vacuum_scale_factor = 0.01);

-- Deletes at most `most` bodies whose time is over and says how many there were.
CREATE FUNCTION "prune_call_bodies"("most" INTEGER) RETURNS BIGINT LANGUAGE plpgsql AS $$
DECLARE
    gone BIGINT;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('bellwether.upkeep')) THEN
        RETURN 0;
    END IF;
    DELETE FROM "call_body" WHERE "call_id" IN (
        SELECT "call_id" FROM "call_body" WHERE "expires_at" <= now() ORDER BY "expires_at" LIMIT "most");
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END
$$;
