-- A person has the failures of a target forgotten: a revision that every node follows, and that changes no document.
ALTER TYPE "revision_kind" ADD VALUE 'reset';

-- What an operator wants a gateway to do at once, and what came of it. One node takes a row; rows are gone after a minute;
-- unlogged, because nobody waits for an answer over a restart of the database.
CREATE UNLOGGED TABLE "command" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "target_id" TEXT NOT NULL,
    "asked_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "taken_by" TEXT,
    "result" JSONB,
    CONSTRAINT "command_pkey" PRIMARY KEY ("id")
);
