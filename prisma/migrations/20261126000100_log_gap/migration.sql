-- Calls that happened and have no row in `call`: between which instants, how many (null: nobody knows), and why.
CREATE TABLE "log_gap" (
    "id" UUID NOT NULL,
    "node_id" TEXT NOT NULL,
    "from_at" TIMESTAMPTZ(3) NOT NULL,
    "to_at" TIMESTAMPTZ(3) NOT NULL,
    "calls" INTEGER,
    "reason" TEXT NOT NULL,
    CONSTRAINT "log_gap_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "log_gap_to_at_idx" ON "log_gap"("to_at" DESC);
