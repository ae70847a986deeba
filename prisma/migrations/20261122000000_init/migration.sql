CREATE TYPE "revision_kind" AS ENUM ('config', 'switch', 'key');
CREATE TYPE "intent" AS ENUM ('enabled', 'draining', 'disabled');
CREATE TYPE "call_outcome" AS ENUM ('served', 'failed', 'refused', 'cancelled');
CREATE TYPE "attempt_outcome" AS ENUM ('succeeded', 'failed', 'cancelled');
CREATE TYPE "probe_verdict" AS ENUM ('pass', 'fail', 'neutral');

CREATE TABLE "revision" (
    "id" SERIAL NOT NULL,
    "kind" "revision_kind" NOT NULL,
    "actor" JSONB NOT NULL,
    "reason" TEXT,
    "summary" JSONB NOT NULL,
    "before" JSONB,
    "after" JSONB,
    "document" JSONB,
    "content_hash" TEXT,
    "reverts" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "revision_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "revision_kind_id_idx" ON "revision"("kind", "id" DESC);

CREATE TABLE "switch" (
    "object_type" TEXT NOT NULL,
    "object_id" TEXT NOT NULL,
    "intent" "intent" NOT NULL,
    "until" TIMESTAMPTZ(3),
    "reason" TEXT,
    "actor" JSONB NOT NULL,
    "revision" INTEGER NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "switch_pkey" PRIMARY KEY ("object_type", "object_id")
);
CREATE INDEX "switch_revision_idx" ON "switch"("revision");

CREATE TABLE "app_key" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "last4" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "limits" JSONB NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),
    "revision" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "app_key_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "app_key_hash_key" ON "app_key"("hash");
CREATE INDEX "app_key_revision_idx" ON "app_key"("revision");

CREATE TABLE "node" (
    "id" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "heartbeat_at" TIMESTAMPTZ(3) NOT NULL,
    "applied_revision" INTEGER NOT NULL,
    "applied_at" TIMESTAMPTZ(3) NOT NULL,
    "stopped_at" TIMESTAMPTZ(3),
    "dropped_records" INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT "node_pkey" PRIMARY KEY ("id")
);

-- Unlogged: a restart forms a new opinion, and these rows change every second.
CREATE UNLOGGED TABLE "target_state" (
    "node_id" TEXT NOT NULL,
    "target_id" TEXT NOT NULL,
    "state" JSONB NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    CONSTRAINT "target_state_pkey" PRIMARY KEY ("node_id", "target_id")
);

CREATE TABLE "health_event" (
    "id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "node_id" TEXT NOT NULL,
    "target_id" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "region" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "from_state" TEXT NOT NULL,
    "to_state" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "evidence" JSONB NOT NULL,
    CONSTRAINT "health_event_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "health_event_at_idx" ON "health_event"("at" DESC);

CREATE TABLE "probe_result" (
    "id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "node_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "region" TEXT NOT NULL,
    "model" TEXT,
    "target_id" TEXT,
    "verdict" "probe_verdict" NOT NULL,
    "status" INTEGER,
    "reason" TEXT,
    "latency_ms" INTEGER,
    "tokens" INTEGER NOT NULL DEFAULT 0,
    "cost_nano_usd" BIGINT,
    CONSTRAINT "probe_result_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "probe_result_at_idx" ON "probe_result"("at" DESC);
CREATE INDEX "probe_result_target_id_at_idx" ON "probe_result"("target_id", "at" DESC);

CREATE TABLE "plan" (
    "hash" TEXT NOT NULL,
    "entries" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "plan_pkey" PRIMARY KEY ("hash")
);

-- `call` and `attempt` are cut by day on the time inside their own UUIDv7, so the primary key is the id alone.
-- The DEFAULT partition takes a row that fits no day, so that no odd row fails a batch.
CREATE TABLE "call" (
    "id" UUID NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "node_id" TEXT NOT NULL,
    "key_id" TEXT,
    "demo" BOOLEAN NOT NULL,
    "route" TEXT,
    "asked_model" TEXT,
    "model" TEXT,
    "provider" TEXT,
    "region" TEXT,
    "outcome" "call_outcome" NOT NULL,
    "status" INTEGER NOT NULL,
    "error_code" TEXT,
    "error_message" TEXT,
    "stream" BOOLEAN NOT NULL,
    "rescued_by" TEXT,
    "fallback" BOOLEAN NOT NULL,
    "region_switch" BOOLEAN NOT NULL,
    "attempts" INTEGER NOT NULL,
    "total_ms" INTEGER NOT NULL,
    "ttft_ms" INTEGER,
    "overhead_us" INTEGER NOT NULL,
    "prompt_tokens" INTEGER,
    "completion_tokens" INTEGER,
    "cached_tokens" INTEGER,
    "tokens_estimated" BOOLEAN NOT NULL,
    "cost_nano_usd" BIGINT,
    "revision" INTEGER NOT NULL,
    "plan_hash" TEXT,
    CONSTRAINT "call_pkey" PRIMARY KEY ("id")
) PARTITION BY RANGE ("id");
CREATE INDEX "call_started_at_idx" ON "call"("started_at" DESC);
CREATE TABLE "call_default" PARTITION OF "call" DEFAULT;

CREATE TABLE "attempt" (
    "id" UUID NOT NULL,
    "call_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "demo" BOOLEAN NOT NULL,
    "target_id" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "region" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "outcome" "attempt_outcome" NOT NULL,
    "reason" TEXT,
    "status" INTEGER,
    "error" TEXT,
    "health" BOOLEAN NOT NULL,
    "ttft_ms" INTEGER,
    "duration_ms" INTEGER NOT NULL,
    "cost_nano_usd" BIGINT,
    CONSTRAINT "attempt_pkey" PRIMARY KEY ("id")
) PARTITION BY RANGE ("id");
CREATE INDEX "attempt_started_at_idx" ON "attempt"("started_at" DESC);
CREATE INDEX "attempt_call_id_idx" ON "attempt"("call_id");
CREATE TABLE "attempt_default" PARTITION OF "attempt" DEFAULT;

-- The smallest UUIDv7 of an instant.
CREATE FUNCTION "uuid_v7_floor"("at" TIMESTAMPTZ) RETURNS UUID LANGUAGE SQL IMMUTABLE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM "at") * 1000)::BIGINT), 12, '0') || '70008000000000000000')::UUID
$$;

-- Creates the partitions of today and of the days ahead; safe to call again, from any number of nodes.
CREATE FUNCTION "ensure_day_partitions"("days_ahead" INTEGER) RETURNS VOID LANGUAGE plpgsql AS $$
DECLARE
    parent TEXT;
    day TIMESTAMPTZ;
    child TEXT;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('bellwether.partitions'));
    FOREACH parent IN ARRAY ARRAY['call', 'attempt'] LOOP
        FOR offset_days IN 0.."days_ahead" LOOP
            day := date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' + make_interval(days => offset_days);
            child := parent || '_' || to_char(day AT TIME ZONE 'UTC', 'YYYYMMDD');
            IF to_regclass(quote_ident(child)) IS NULL THEN
                EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                    child, parent, "uuid_v7_floor"(day), "uuid_v7_floor"(day + INTERVAL '1 day'));
            END IF;
        END LOOP;
    END LOOP;
END
$$;
SELECT "ensure_day_partitions"(3);
