-- What calls asked for (tools, vision, json); null: nothing of these, or nobody knows.
ALTER TABLE "call" ADD COLUMN "needs" TEXT[];

-- What became of the calls of a name, in quarters of an hour and for 8 days: what a route's numbers did, and which abilities its
-- calls asked for. A row counts one thing: 'calls', an outcome, 'attempts', 'reason_' and why an attempt failed, 'rescued_' and
-- by what, 'code_' and the caller's error, 'answered_' and the model, 'needs_' and an ability, 'prompt_' and the slot of its tokens.
CREATE TABLE "rollup_route" (
    "at" TIMESTAMPTZ(3) NOT NULL,
    "demo" BOOLEAN NOT NULL,
    "route" TEXT NOT NULL,
    "what" TEXT NOT NULL,
    "n" BIGINT NOT NULL,
    CONSTRAINT "rollup_route_pkey" PRIMARY KEY ("demo", "route", "at", "what")
) WITH (fillfactor = 60);
CREATE INDEX "rollup_route_at_idx" ON "rollup_route"("at");

-- In the order of the key, so that two nodes never wait for each other in a ring.
CREATE FUNCTION "roll_up_routes"("fresh_calls" "call"[], "fresh_attempts" "attempt"[]) RETURNS VOID
LANGUAGE plpgsql SET jit = off SET enable_nestloop = off AS $$
#variable_conflict use_column
BEGIN
    WITH "facts" AS MATERIALIZED (
        SELECT "id", "demo", date_bin('15 minutes', "started_at", 'epoch') AS "at", "rollup_name"("route") AS "route", "outcome",
            "rescued_by", "error_code", "needs", "rollup_slot"("prompt_tokens") AS "slot", "rollup_name"("model") AS "model"
        FROM unnest("fresh_calls") WHERE "route" IS NOT NULL AND "started_at" >= "minutes_from"()
    ), "counted" AS (
        SELECT "at", "demo", "route", "one"."what" FROM "facts" CROSS JOIN LATERAL (VALUES
            ('calls'), ("outcome"::TEXT),
            (CASE WHEN "outcome" = 'served' THEN 'rescued_' || "rescued_by" END),
            (CASE WHEN "outcome" = 'served' THEN 'answered_' || "model" END),
            ('code_' || "error_code"), ('prompt_' || "slot")) AS "one"("what")
        UNION ALL
        SELECT "at", "demo", "route", 'needs_' || "need" FROM "facts" CROSS JOIN LATERAL unnest("needs") AS "need"
            WHERE "need" IN ('tools', 'vision', 'json')
        UNION ALL
        SELECT "facts"."at", "facts"."demo", "facts"."route", "one"."what"
        FROM "facts" JOIN unnest("fresh_attempts") AS "tried" ON "tried"."call_id" = "facts"."id" CROSS JOIN LATERAL (VALUES
            ('attempts'), (CASE WHEN "tried"."outcome" = 'failed' THEN 'reason_' || "tried"."reason" END)) AS "one"("what")
    )
    INSERT INTO "rollup_route" AS "held" ("at", "demo", "route", "what", "n")
    SELECT "at", "demo", "route", "what", count(*) FROM "counted" WHERE "what" IS NOT NULL
    GROUP BY "demo", "route", "at", "what" ORDER BY "demo", "route", "at", "what"
    ON CONFLICT ("demo", "route", "at", "what") DO UPDATE SET "n" = "held"."n" + EXCLUDED."n";
END
$$;

-- As before, and counted by route last: every node adds to those rows too.
CREATE OR REPLACE FUNCTION "log_calls"("calls" "call"[], "attempts" "attempt"[]) RETURNS INTEGER
LANGUAGE plpgsql SET jit = off SET enable_nestloop = off AS $$
#variable_conflict use_column
DECLARE
    "zone" TEXT := "held_rollup_zone"();
    "fresh_calls" "call"[];
    "fresh_attempts" "attempt"[];
BEGIN
    WITH "fresh" AS (
        INSERT INTO "call" SELECT "one".* FROM unnest("calls") AS "one" ORDER BY "one"."id"
        ON CONFLICT DO NOTHING RETURNING "call" AS "row"
    ) SELECT array_agg("row") INTO "fresh_calls" FROM "fresh";
    IF "fresh_calls" IS NULL THEN
        RETURN 0;
    END IF;
    WITH "fresh" AS (
        INSERT INTO "attempt" SELECT "one".* FROM unnest("attempts") AS "one"
        WHERE "one"."call_id" IN (SELECT "id" FROM unnest("fresh_calls")) ORDER BY "one"."id"
        ON CONFLICT DO NOTHING RETURNING "attempt" AS "row"
    ) SELECT array_agg("row") INTO "fresh_attempts" FROM "fresh";
    IF "fresh_attempts" IS NOT NULL THEN
        PERFORM "roll_up_attempts"("fresh_attempts", "fresh_calls", "zone");
    END IF;
    PERFORM "roll_up_calls"("fresh_calls", "fresh_attempts", "zone");
    PERFORM "roll_up_routes"("fresh_calls", "fresh_attempts");
    RETURN cardinality("fresh_calls");
END
$$;

-- Deletes at most `most` counts of routes that are older than 8 days and says how many there were.
CREATE FUNCTION "prune_route_counts"("most" INTEGER) RETURNS BIGINT LANGUAGE plpgsql AS $$
DECLARE
    gone BIGINT;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('bellwether.upkeep')) THEN
        RETURN 0;
    END IF;
    DELETE FROM "rollup_route" WHERE ctid IN (
        SELECT ctid FROM "rollup_route" WHERE "at" < "minutes_from"() LIMIT "most");
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END
$$;
