-- What each gateway node tells of itself at its start: the public key that provider keys are sealed for, and what its
-- environment decides, without secrets.
CREATE TABLE "gateway_card" (
    "node_id" TEXT NOT NULL,
    "public_key" TEXT NOT NULL,
    "environment" JSONB NOT NULL,
    "told_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
    CONSTRAINT "gateway_card_pkey" PRIMARY KEY ("node_id")
);

-- A provider's address that a gateway is asked to try, with its key sealed, and what it found. Whoever asked takes the row
-- away; unlogged, because nobody waits for an answer over a restart of the database.
CREATE UNLOGGED TABLE "connection_test" (
    "id" UUID NOT NULL,
    "request" JSONB NOT NULL,
    "asked_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
    "taken_by" TEXT,
    "result" JSONB,
    CONSTRAINT "connection_test_pkey" PRIMARY KEY ("id")
);

-- The secret before the last rotation and until when it is good; and what a drill breaks for this key alone.
ALTER TABLE "app_key" ADD COLUMN "former" JSONB, ADD COLUMN "drill" JSONB;
