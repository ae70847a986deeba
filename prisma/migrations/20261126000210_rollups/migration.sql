-- Rollups: what charts are made of. Every row counts the calls (or attempts) of one minute, quarter of an hour or day
-- that have the same names; a column without a value counts nothing, which keeps the rows small although they are wide.
-- Histograms: column total_7 counts the values of slot 7 (rollup_slot). They are made and added to by log_calls alone, from the
-- rows that it really inserted, so a record that is sent again changes nothing.

CREATE TYPE "rollup_grain" AS ENUM ('minute', 'quarter', 'day');

-- The zone whose days the rows of grain `day` are, and the revision that chose it.
CREATE TABLE "rollup_zone" (
    "is_only" BOOLEAN NOT NULL DEFAULT true CHECK ("is_only"),
    "zone" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    CONSTRAINT "rollup_zone_pkey" PRIMARY KEY ("is_only")
);
INSERT INTO "rollup_zone" ("zone", "revision") VALUES ('UTC', 0);

-- The slot of a value among 64, the same as lib/shared/histogram.ts: slot n holds what is at least bound n and less than the next.
CREATE FUNCTION "rollup_slot"("value" BIGINT) RETURNS INTEGER LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT width_bucket("value", '{1, 2, 3, 4, 5, 6, 7, 9, 11, 13, 16, 20, 24, 29, 36, 44, 54, 66, 81, 99, 121, 148, 181, 222, 272,
        333, 408, 500, 612, 750, 919, 1125, 1378, 1688, 2067, 2531, 3100, 3797, 4650, 5695, 6975, 8542, 10461, 12812, 15691, 19217,
        23535, 28823, 35300, 43232, 52946, 64843, 79413, 97257, 119111, 145875, 178653, 218796, 267959, 328169, 401909, 492218,
        602819}'::BIGINT[])
$$;

-- Names that callers make up would grow the rollups without bound: lists of models, and whatever comes after `provider/`.
CREATE FUNCTION "rollup_name"("name" TEXT) RETURNS TEXT LANGUAGE SQL IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN "name" IS NULL THEN ''
        WHEN position(',' IN "name") > 0 THEN '(list)'
        WHEN position('/' IN "name") > 0 THEN split_part("name", '/', 1) || '/*'
        ELSE "name"
    END
$$;

-- Why an attempt failed, in the few words that a chart can show.
CREATE FUNCTION "attempt_error_class"("reason" TEXT) RETURNS TEXT LANGUAGE SQL IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN "reason" IN ('rate_limited', 'request_over_limit') THEN 'rate_limited'
        WHEN "reason" = 'quota' THEN 'quota'
        WHEN "reason" IN ('unauthorized', 'forbidden', 'model_not_found') THEN 'access'
        WHEN "reason" IN ('reset_early', 'reset', 'unreachable', 'connect_timeout') THEN 'unreachable'
        WHEN "reason" IN ('ttft_timeout', 'idle_timeout', 'progress_timeout', 'total_timeout') THEN 'timeout'
        WHEN "reason" IN ('server_error', 'overloaded') THEN 'server'
        WHEN "reason" = 'interrupted' THEN 'interrupted'
        WHEN "reason" = 'content_policy' THEN 'content'
        WHEN "reason" IN ('bad_request', 'context_length') THEN 'request'
        ELSE 'other'
    END
$$;

CREATE FUNCTION "call_error_class"("outcome" "call_outcome", "error_code" TEXT) RETURNS TEXT LANGUAGE SQL STABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN "outcome"::TEXT IN ('served', 'cancelled') THEN NULL
        WHEN "outcome"::TEXT = 'unknown_crash' THEN 'gateway'
        WHEN "error_code" = 'rate_limited' THEN 'rate_limited'
        WHEN "error_code" = 'provider_quota' THEN 'quota'
        WHEN "error_code" = 'upstream_auth' THEN 'access'
        WHEN "error_code" = 'upstream_unreachable' THEN 'unreachable'
        WHEN "error_code" = 'upstream_timeout' THEN 'timeout'
        WHEN "error_code" = 'targets_exhausted' THEN 'server'
        WHEN "error_code" = 'stream_interrupted' THEN 'interrupted'
        WHEN "error_code" IN ('no_target', 'region_unavailable') THEN 'no_target'
        WHEN "outcome"::TEXT = 'refused' THEN 'request'
        ELSE 'gateway'
    END
$$;

-- Minutes before this are not kept, and so are not made for records that come very late.
CREATE FUNCTION "minutes_from"() RETURNS TIMESTAMPTZ LANGUAGE SQL STABLE PARALLEL SAFE AS $$
    SELECT now() - INTERVAL '8 days'
$$;

-- Tokens per second, in tenths, of an answer after its first token; null where that cannot be told.
CREATE FUNCTION "tokens_speed"("tokens" INTEGER, "total_ms" INTEGER, "ttft_ms" INTEGER) RETURNS BIGINT
LANGUAGE SQL IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN "tokens" > 1 AND "total_ms" > coalesce("ttft_ms", 0)
        THEN "tokens"::BIGINT * 10000 / ("total_ms" - coalesce("ttft_ms", 0)) END
$$;

-- The tables are wide and the functions that fill them alike, so both are written from this list of what is counted:
-- the name of a column, and what it is over the facts of calls or of attempts.
CREATE TEMP TABLE "counted" ("of" TEXT, "place" SERIAL, "name" TEXT, "type" TEXT DEFAULT 'BIGINT', "cell" TEXT);
INSERT INTO "counted" ("of", "name", "cell") VALUES
    ('calls', 'calls', 'count(*)'),
    ('calls', 'served', 'count(*) FILTER (WHERE "served")'),
    ('calls', 'failed', 'count(*) FILTER (WHERE "outcome" = ''failed'')'),
    ('calls', 'refused', 'count(*) FILTER (WHERE "outcome" = ''refused'')'),
    ('calls', 'cancelled', 'count(*) FILTER (WHERE "outcome" = ''cancelled'')'),
    ('calls', 'unknown_crash', 'count(*) FILTER (WHERE "outcome" = ''unknown_crash'')'),
    ('calls', 'rescued_retry', 'count(*) FILTER (WHERE "served" AND "rescued_by" = ''retry'')'),
    ('calls', 'rescued_sibling', 'count(*) FILTER (WHERE "served" AND "rescued_by" = ''sibling'')'),
    ('calls', 'rescued_fallback', 'count(*) FILTER (WHERE "served" AND "rescued_by" = ''fallback'')'),
    ('calls', 'rescued_resume', 'count(*) FILTER (WHERE "served" AND "rescued_by" = ''resume'')'),
    ('calls', 'rescued_avoidance', 'count(*) FILTER (WHERE "served" AND "rescued_by" = ''avoidance'')'),
    ('calls', 'fallbacks', 'count(*) FILTER (WHERE "served" AND "fallback")'),
    ('calls', 'region_switches', 'count(*) FILTER (WHERE "served" AND "region_switch")'),
    ('calls', 'attempts', 'sum("tried")'),
    ('calls', 'attempts_succeeded', 'sum("worked")'),
    ('calls', 'attempts_failed', 'sum("broke")'),
    ('calls', 'prompt_tokens', 'sum("prompt_tokens")'),
    ('calls', 'completion_tokens', 'sum("completion_tokens")'),
    ('calls', 'cached_tokens', 'sum("cached_tokens")'),
    ('calls', 'priced_tokens', 'sum(coalesce("prompt_tokens", 0) + coalesce("completion_tokens", 0)) FILTER (WHERE "cost_nano_usd" IS NOT NULL)'),
    ('calls', 'estimated', 'count(*) FILTER (WHERE "tokens_estimated")'),
    ('calls', 'unpriced', 'count(*) FILTER (WHERE "served" AND "cost_nano_usd" IS NULL)'),
    ('calls', 'cost_nano_usd', 'sum("cost_nano_usd")'),
    ('attempts', 'attempts', 'count(*)'),
    ('attempts', 'succeeded', 'count(*) FILTER (WHERE "outcome" = ''succeeded'')'),
    ('attempts', 'failed', 'count(*) FILTER (WHERE "outcome" = ''failed'' AND "health")'),
    ('attempts', 'failed_neutral', 'count(*) FILTER (WHERE "outcome" = ''failed'' AND NOT "health")'),
    ('attempts', 'cancelled', 'count(*) FILTER (WHERE "outcome" = ''cancelled'')'),
    ('attempts', 'probes_passed', 'NULL::BIGINT'),
    ('attempts', 'probes_failed', 'NULL::BIGINT'),
    ('attempts', 'prompt_tokens', 'sum("prompt_tokens")'),
    ('attempts', 'completion_tokens', 'sum("completion_tokens")'),
    ('attempts', 'cached_tokens', 'sum("cached_tokens")'),
    ('attempts', 'cost_nano_usd', 'sum("cost_nano_usd")');
INSERT INTO "counted" ("of", "name", "cell")
    SELECT "of", 'error_' || "class", format('count(*) FILTER (WHERE "error_class" = %L)', "class")
    FROM unnest(ARRAY['calls', 'attempts']) AS "of", unnest(ARRAY['rate_limited', 'quota', 'access', 'unreachable', 'timeout',
        'server', 'interrupted', 'content', 'request', 'no_target', 'gateway', 'other']) WITH ORDINALITY AS "one"("class", "nth")
    ORDER BY "of", "nth";
INSERT INTO "counted" ("of", "name", "type", "cell")
    SELECT "of", "measure" || '_' || "slot", 'INTEGER', format('count(*) FILTER (WHERE "%s_slot" = %s)', "measure", "slot")
    FROM (VALUES (1, 'calls', 'total'), (2, 'calls', 'ttft'), (3, 'calls', 'overhead'), (4, 'calls', 'speed'),
        (5, 'attempts', 'total'), (6, 'attempts', 'ttft'), (7, 'attempts', 'speed')) AS "one"("nth", "of", "measure"),
        generate_series(0, 63) AS "slot"
    ORDER BY "nth", "slot";

-- The columns of a list, each in this form: %1$I its name, %2$s its type, %3$s its cell.
CREATE FUNCTION pg_temp.each("list" TEXT, "form" TEXT) RETURNS TEXT LANGUAGE SQL AS $$
    SELECT string_agg(format("form", "name", "type", "cell"), ', ' ORDER BY "place") FROM "counted" WHERE "of" = "list"
$$;

-- The rows of a key lie together, by time; the other questions are about all rows of a span of time.
CREATE TEMP TABLE "made" ("name" TEXT, "of" TEXT, "names" TEXT, "key" TEXT);
INSERT INTO "made" VALUES
    ('rollup_total', 'calls', '', '"grain", "demo", "at"'),
    ('rollup_key', 'calls', '"key_id"', '"grain", "demo", "key_id", "at"'),
    ('rollup_caller', 'calls', '"key_id", "route", "asked_model"', '"grain", "demo", "key_id", "at", "route", "asked_model"'),
    ('rollup_flow', 'calls', '"from_provider", "from_region", "from_model", "to_provider", "to_region", "to_model"',
        '"grain", "demo", "at", "from_provider", "from_region", "from_model", "to_provider", "to_region", "to_model"'),
    ('rollup_target', 'attempts', '"provider", "region", "model", "target_id"',
        '"grain", "at", "demo", "provider", "region", "model", "target_id"');

DO $$
DECLARE
    one "made";
    span TEXT;
BEGIN
    FOR one IN SELECT * FROM "made" LOOP
        EXECUTE format('CREATE TABLE %I ("grain" "rollup_grain" NOT NULL, "at" TIMESTAMPTZ(3) NOT NULL, "demo" BOOLEAN NOT NULL,
            %s %s, CONSTRAINT %I PRIMARY KEY (%s)) PARTITION BY LIST ("grain")', one."name",
            CASE one."names" WHEN '' THEN '' ELSE replace(one."names", ',', ' TEXT NOT NULL,') || ' TEXT NOT NULL,' END,
            pg_temp.each(one."of", '%1$I %2$s'), one."name" || '_pkey', one."key");
        FOREACH span IN ARRAY ARRAY['minute', 'quarter', 'day'] LOOP
            -- A row is added to for as long as its span lasts: room beside it keeps that cheap.
            EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES IN (%L) WITH (fillfactor = 60)',
                one."name" || '_' || span, one."name", span);
        END LOOP;
    END LOOP;
END
$$;

-- An INSERT that adds the minutes of `source` to a rollup in all three grains. Everybody adds in the order of the key, so
-- two nodes never wait for each other in a ring.
CREATE FUNCTION pg_temp.add_to("rollup" TEXT, "source" TEXT) RETURNS TEXT LANGUAGE SQL AS $$
    SELECT replace(replace(replace(replace(replace(replace(replace($sql$
        INSERT INTO {rollup} AS "held" ("grain", "at", "demo", {names} {columns})
        SELECT "span"."grain" AS "grain", "span"."at" AS "at", "demo", {names} {sums}
        FROM {source} AS "minute" CROSS JOIN LATERAL (VALUES
            ('minute'::"rollup_grain", "minute"."at"),
            ('quarter', date_bin('15 minutes', "minute"."at", 'epoch')),
            ('day', date_trunc('day', "minute"."at", "zone"))) AS "span"("grain", "at")
        WHERE "span"."grain" <> 'minute' OR "span"."at" >= "minutes_from"()
        GROUP BY "span"."grain", {names} "span"."at", "demo"
        ORDER BY {key}
        ON CONFLICT ({key}) DO UPDATE SET {added}$sql$,
        '{rollup}', "name"), '{source}', "source"), '{key}', "key"),
        '{names}', CASE "names" WHEN '' THEN '' ELSE "names" || ',' END),
        '{columns}', pg_temp.each("of", '%1$I')),
        '{sums}', pg_temp.each("of", 'sum(%1$I)')),
        '{added}', pg_temp.each("of", '%1$I = coalesce("held".%1$I + EXCLUDED.%1$I, "held".%1$I, EXCLUDED.%1$I)'))
    FROM "made" WHERE "name" = "rollup"
$$;

-- Adds these calls, and what their attempts came to, to the rollups of calls.
DO $$
BEGIN
    EXECUTE replace(replace(replace(replace(replace($sql$
CREATE FUNCTION "roll_up_calls"("fresh_calls" "call"[], "fresh_attempts" "attempt"[], "zone" TEXT) RETURNS VOID
LANGUAGE plpgsql SET jit = off SET enable_nestloop = off AS $body$
#variable_conflict use_column
DECLARE
    "minutes" "rollup_caller"[];
    "moves" "rollup_flow"[];
BEGIN
    WITH "tries" AS (
        SELECT "call_id", count(*) AS "tried", count(*) FILTER (WHERE "outcome" = 'succeeded') AS "worked",
            count(*) FILTER (WHERE "outcome" = 'failed' AND "health") AS "broke"
        FROM unnest("fresh_attempts") GROUP BY "call_id"
    ), "facts" AS MATERIALIZED (
        SELECT "one".*, "tried", "worked", "broke", "served", date_bin('1 minute', "started_at", 'epoch') AS "at",
            "call_error_class"("outcome", "error_code") AS "error_class",
            CASE WHEN "served" THEN "rollup_slot"("total_ms") END AS "total_slot",
            CASE WHEN "served" THEN "rollup_slot"("ttft_ms") END AS "ttft_slot",
            CASE WHEN "served" THEN "rollup_slot"("overhead_us") END AS "overhead_slot",
            CASE WHEN "served" THEN "rollup_slot"("tokens_speed"("completion_tokens", "total_ms", "ttft_ms")) END AS "speed_slot"
        FROM unnest("fresh_calls") AS "one" CROSS JOIN LATERAL (SELECT "outcome" = 'served' AS "served") AS "judged"
            LEFT JOIN "tries" ON "call_id" = "one"."id"
    ), "callers" AS (
        -- A name that led nowhere is whatever a caller typed.
        SELECT 'minute'::"rollup_grain" AS "grain", "at", "demo", coalesce("key_id", '') AS "key_id",
            "rollup_name"("route") AS "route",
            CASE WHEN "route" IS NULL THEN '' ELSE "rollup_name"("asked_model") END AS "asked_model", {cells}
        FROM "facts" GROUP BY 2, 3, 4, 5, 6
    ), "flows" AS (
        SELECT 'minute'::"rollup_grain" AS "grain", "at", "demo", coalesce("first_provider", '') AS "from_provider",
            coalesce("first_region", '') AS "from_region", "rollup_name"("first_model") AS "from_model",
            coalesce("provider", '') AS "to_provider", coalesce("region", '') AS "to_region",
            "rollup_name"("model") AS "to_model", {cells}
        FROM "facts" WHERE "served" AND ("fallback" OR "region_switch") GROUP BY 2, 3, 4, 5, 6, 7, 8, 9
    )
    SELECT (SELECT array_agg(ROW("callers".*)::"rollup_caller") FROM "callers"),
        (SELECT array_agg(ROW("flows".*)::"rollup_flow") FROM "flows")
    INTO "minutes", "moves";
    IF "moves" IS NOT NULL THEN {flow}; END IF;
    {caller};
    {key_total};
    -- Last, because every node adds to the same rows of it.
    {total};
END
$body$ $sql$,
        '{cells}', pg_temp.each('calls', 'nullif(%3$s, 0) AS %1$I')),
        '{flow}', pg_temp.add_to('rollup_flow', 'unnest("moves")')),
        '{caller}', pg_temp.add_to('rollup_caller', 'unnest("minutes")')),
        '{key_total}', pg_temp.add_to('rollup_key', 'unnest("minutes")')),
        '{total}', pg_temp.add_to('rollup_total', 'unnest("minutes")'));

    -- Adds these attempts to the rollup of targets; tokens are those of the call that an attempt answered.
    EXECUTE replace(replace($sql$
CREATE FUNCTION "roll_up_attempts"("fresh_attempts" "attempt"[], "fresh_calls" "call"[], "zone" TEXT) RETURNS VOID
LANGUAGE plpgsql SET jit = off SET enable_nestloop = off AS $body$
#variable_conflict use_column
BEGIN
    WITH "facts" AS (
        SELECT "one"."provider", "one"."region", "one"."demo", "one"."outcome", "health", "one"."cost_nano_usd",
            "prompt_tokens", "completion_tokens", "cached_tokens", date_bin('1 minute', "one"."started_at", 'epoch') AS "at",
            "rollup_name"("one"."model") AS "model",
            CASE WHEN position('/' IN "one"."model") > 0 THEN "one"."provider" || ':' || "one"."region" || ':*' ELSE "target_id" END
                AS "target_id",
            CASE WHEN "one"."outcome" = 'failed' THEN "attempt_error_class"("reason") END AS "error_class",
            CASE WHEN "one"."outcome" = 'succeeded' THEN "rollup_slot"("duration_ms") END AS "total_slot",
            CASE WHEN "one"."outcome" = 'succeeded' THEN "rollup_slot"("one"."ttft_ms") END AS "ttft_slot",
            "rollup_slot"("tokens_speed"("completion_tokens", "duration_ms", "one"."ttft_ms")) AS "speed_slot"
        FROM unnest("fresh_attempts") AS "one" LEFT JOIN unnest("fresh_calls") AS "answered"
            ON "answered"."id" = "call_id" AND "one"."outcome" = 'succeeded' AND "answered"."outcome" = 'served'
    ), "minutes" AS (
        SELECT "at", "demo", "provider", "region", "model", "target_id", {cells} FROM "facts" GROUP BY 1, 2, 3, 4, 5, 6
    ) {target};
END
$body$ $sql$,
        '{cells}', pg_temp.each('attempts', 'nullif(%3$s, 0) AS %1$I')),
        '{target}', pg_temp.add_to('rollup_target', '"minutes"'));
END
$$;

-- Days of another zone: rows of grain `day` are made anew from the quarters, which no zone's midnight cuts in two.
DO $$
DECLARE
    one "made";
    text TEXT := '';
BEGIN
    FOR one IN SELECT * FROM "made" LOOP
        text := text || replace(replace(replace(replace($sql$
    DELETE FROM {rollup} WHERE "grain" = 'day';
    INSERT INTO {rollup} ("grain", "at", "demo", {names} {columns})
    SELECT 'day', date_trunc('day', "at", "new_zone"), "demo", {names} {sums}
    FROM {rollup} WHERE "grain" = 'quarter' GROUP BY {names} 2, 3;$sql$,
            '{rollup}', one."name"), '{names}', CASE one."names" WHEN '' THEN '' ELSE one."names" || ',' END),
            '{columns}', pg_temp.each(one."of", '%1$I')), '{sums}', pg_temp.each(one."of", 'sum(%1$I)'));
    END LOOP;
    EXECUTE replace($sql$
CREATE FUNCTION "set_rollup_zone"("new_zone" TEXT, "by_revision" INTEGER) RETURNS BOOLEAN LANGUAGE plpgsql SET jit = off AS $body$
#variable_conflict use_column
BEGIN
    -- An unknown zone ends here.
    PERFORM now() AT TIME ZONE "new_zone";
    IF EXISTS (SELECT FROM "rollup_zone" WHERE "zone" = "new_zone" OR "revision" > "by_revision") THEN
        RETURN false;
    END IF;
    -- Whoever logs calls meanwhile waits, and then reads the new zone.
    PERFORM pg_advisory_xact_lock(hashtext('bellwether.rollup_zone'));
    UPDATE "rollup_zone" SET "zone" = "new_zone", "revision" = "by_revision"
    WHERE "zone" <> "new_zone" AND "revision" <= "by_revision";
    IF NOT FOUND THEN
        RETURN false;
    END IF;{text}
    RETURN true;
END
$body$ $sql$, '{text}', text);
END
$$;
DROP TABLE "counted", "made";

-- The zone of days, held until the transaction ends.
CREATE FUNCTION "held_rollup_zone"() RETURNS TEXT LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtext('bellwether.rollup_zone'));
    RETURN (SELECT "zone" FROM "rollup_zone");
END
$$;

-- Adds calls with their attempts to the log and to every rollup, and says how many of the calls were new. A call that is
-- there already is left alone, with its attempts, and counts nothing. In the order of ids, so that two who send the same
-- never wait for each other in a ring.
-- The planner takes every array for ten rows, and would join two of thousands by looping.
CREATE FUNCTION "log_calls"("calls" "call"[], "attempts" "attempt"[]) RETURNS INTEGER
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
    RETURN cardinality("fresh_calls");
END
$$;

-- Takes the spool's own lines, `{"call": {…}, "attempts": [{…}]}` each, and the plans that they name for the first time.
CREATE FUNCTION "ship_call_log"("lines" JSON, "plans" JSON) RETURNS INTEGER LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    "all_calls" "call"[];
    "all_attempts" "attempt"[];
BEGIN
    INSERT INTO "plan" ("hash", "entries")
        SELECT "hash", "entries" FROM json_to_recordset("plans") AS "one"("hash" TEXT, "entries" JSONB) ORDER BY "hash"
        ON CONFLICT DO NOTHING;
    SELECT array_agg(json_populate_record(NULL::"call", "line" -> 'call')) INTO "all_calls"
    FROM json_array_elements("lines") AS "line";
    SELECT array_agg("one") INTO "all_attempts"
    FROM json_array_elements("lines") AS "line",
        json_populate_recordset(NULL::"attempt", "line" -> 'attempts') AS "one";
    -- Once a day for each plan that is in use: whoever prunes plans must not look through the calls.
    UPDATE "plan" SET "used_on" = CURRENT_DATE
    WHERE "used_on" < CURRENT_DATE AND "hash" IN (SELECT DISTINCT "plan_hash" FROM unnest("all_calls"));
    RETURN "log_calls"("all_calls", "all_attempts");
END
$$;

-- Adds health events and probe results to their tables, and the verdicts on targets to their rollup.
CREATE FUNCTION "log_health"("events" JSON, "probes" JSON) RETURNS VOID LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    "zone" TEXT := "held_rollup_zone"();
    "fresh" "probe_result"[];
BEGIN
    -- Columns by name: others, of a later migration, take their defaults.
    INSERT INTO "health_event"
            ("id", "at", "node_id", "target_id", "provider", "region", "model", "from_state", "to_state", "reason", "evidence")
        SELECT "id", "at", "node_id", "target_id", "provider", "region", "model", "from_state", "to_state", "reason", "evidence"
        FROM json_populate_recordset(NULL::"health_event", "events") ORDER BY "id" ON CONFLICT DO NOTHING;
    WITH "new" AS (
        INSERT INTO "probe_result" ("id", "at", "node_id", "kind", "provider", "region", "model", "target_id", "verdict", "status",
            "reason", "latency_ms", "tokens", "cost_nano_usd")
        SELECT "id", "at", "node_id", "kind", "provider", "region", "model", "target_id", "verdict", "status", "reason",
            "latency_ms", "tokens", "cost_nano_usd"
        FROM json_populate_recordset(NULL::"probe_result", "probes") ORDER BY "id"
        ON CONFLICT DO NOTHING RETURNING "probe_result" AS "row"
    ) SELECT array_agg("row") INTO "fresh" FROM "new";
    PERFORM "roll_up_probes"("fresh", "zone");
END
$$;

-- Neutral verdicts say nothing of health and are not counted. Probes know no demo: their rows are those of real calls.
CREATE FUNCTION "roll_up_probes"("fresh" "probe_result"[], "zone" TEXT) RETURNS VOID LANGUAGE SQL AS $$
    INSERT INTO "rollup_target" AS "held"
        ("grain", "at", "demo", "provider", "region", "model", "target_id", "probes_passed", "probes_failed")
    SELECT "span"."grain" AS "grain", "span"."at" AS "at", false AS "demo", "provider", "region",
        "rollup_name"("model") AS "model",
        CASE WHEN position('/' IN "model") > 0 THEN "provider" || ':' || "region" || ':*' ELSE "target_id" END AS "target_id",
        nullif(count(*) FILTER (WHERE "verdict" = 'pass'), 0), nullif(count(*) FILTER (WHERE "verdict" = 'fail'), 0)
    FROM unnest("fresh") AS "one" CROSS JOIN LATERAL (VALUES
        ('minute'::"rollup_grain", date_bin('1 minute', "one"."at", 'epoch')),
        ('quarter', date_bin('15 minutes', "one"."at", 'epoch')),
        ('day', date_trunc('day', "one"."at", "zone"))) AS "span"("grain", "at")
    WHERE "target_id" IS NOT NULL AND "verdict" <> 'neutral'
        AND ("span"."grain" <> 'minute' OR "span"."at" >= "minutes_from"())
    GROUP BY "span"."grain", "span"."at", "provider", "region", 6, 7
    ORDER BY "grain", "at", "demo", "provider", "region", "model", "target_id"
    ON CONFLICT ("grain", "at", "demo", "provider", "region", "model", "target_id") DO UPDATE SET
        "probes_passed" = coalesce("held"."probes_passed" + EXCLUDED."probes_passed", "held"."probes_passed", EXCLUDED."probes_passed"),
        "probes_failed" = coalesce("held"."probes_failed" + EXCLUDED."probes_failed", "held"."probes_failed", EXCLUDED."probes_failed")
$$;

-- Deletes at most `most` rows whose time is over of each kind and says how many there were: minutes after 8 days, quarters,
-- days, gaps and health events after 400, probe results and plans with the detail. A plan is in use as long as a kept call names it.
CREATE FUNCTION "prune"("kept_days" INTEGER, "most" INTEGER) RETURNS BIGINT LANGUAGE plpgsql AS $$
DECLARE
    oldest TIMESTAMPTZ := "utc_day"(now()) - make_interval(days => "checked_days"("kept_days"));
    job RECORD;
    gone BIGINT;
    total BIGINT := 0;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('bellwether.upkeep')) THEN
        RETURN 0;
    END IF;
    FOR job IN SELECT * FROM (
        SELECT 'probe_result' AS relation, format('"at" < %L', oldest) AS condition
        UNION ALL SELECT 'plan', format('"used_on" < %L', (oldest - INTERVAL '1 day')::DATE)
        UNION ALL SELECT 'health_event', format('"at" < %L', now() - INTERVAL '400 days')
        UNION ALL SELECT 'log_gap', format('"to_at" < %L', now() - INTERVAL '400 days')
        UNION ALL SELECT 'call_default', format('"id" < %L', "uuid_v7_floor"(oldest))
        UNION ALL SELECT 'attempt_default', format('"id" < %L', "uuid_v7_floor"(oldest))
        UNION ALL SELECT rollup || '_' || grain, format('"at" < %L', since)
        FROM unnest(ARRAY['rollup_total', 'rollup_key', 'rollup_caller', 'rollup_flow', 'rollup_target']) AS rollup,
            (VALUES ('minute', "minutes_from"()), ('quarter', now() - INTERVAL '400 days'), ('day', now() - INTERVAL '400 days'))
                AS one(grain, since)
    ) AS jobs LOOP
        EXECUTE format('DELETE FROM %1$I WHERE ctid IN (SELECT ctid FROM %1$I WHERE %2$s LIMIT %3$s)',
            job.relation, job.condition, "most");
        GET DIAGNOSTICS gone = ROW_COUNT;
        total := total + gone;
    END LOOP;
    RETURN total;
END
$$;

-- What was logged before there were rollups.
DO $$
DECLARE
    last UUID := '00000000-0000-0000-0000-000000000000';
    some_calls "call"[];
    some_attempts "attempt"[];
    some_probes "probe_result"[];
BEGIN
    LOOP
        SELECT array_agg("one" ORDER BY "one"."id") INTO some_calls FROM "call" AS "one"
        WHERE "one"."id" IN (SELECT "id" FROM "call" WHERE "id" > last ORDER BY "id" LIMIT 2000);
        EXIT WHEN some_calls IS NULL;
        SELECT array_agg("one") INTO some_attempts FROM "attempt" AS "one"
        WHERE "one"."call_id" IN (SELECT "id" FROM unnest(some_calls));
        PERFORM "roll_up_attempts"(some_attempts, some_calls, 'UTC');
        PERFORM "roll_up_calls"(some_calls, some_attempts, 'UTC');
        last := some_calls[cardinality(some_calls)]."id";
    END LOOP;
    last := '00000000-0000-0000-0000-000000000000';
    LOOP
        SELECT array_agg("one" ORDER BY "one"."id") INTO some_probes FROM "probe_result" AS "one"
        WHERE "one"."id" IN (SELECT "id" FROM "probe_result" WHERE "id" > last ORDER BY "id" LIMIT 5000);
        EXIT WHEN some_probes IS NULL;
        PERFORM "roll_up_probes"(some_probes, 'UTC');
        last := some_probes[cardinality(some_probes)]."id";
    END LOOP;
END
$$;
