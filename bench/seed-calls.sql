-- Makes calls up, by the same function that logs real ones. Everything comes from hashes of the call's number and the seed.

-- A number from 0 to 1 for the purpose `what` of call `n`.
CREATE FUNCTION pg_temp.luck("n" BIGINT, "what" INTEGER, "seed" BIGINT) RETURNS FLOAT8 LANGUAGE SQL IMMUTABLE PARALLEL SAFE AS $$
    SELECT (hashint8extended("n" * 32 + "what", "seed") & 9007199254740991)::FLOAT8 / 9007199254740992
$$;

-- A rank from 1 to `most`; rank k comes about 1/k as often as the first.
CREATE FUNCTION pg_temp.zipf("luck" FLOAT8, "most" INTEGER) RETURNS INTEGER LANGUAGE SQL IMMUTABLE PARALLEL SAFE AS $$
    SELECT least("most", floor(exp("luck" * ln("most" + 1)))::INTEGER)
$$;

-- Around `middle`, log-normal, as latencies and lengths are.
CREATE FUNCTION pg_temp.spread("middle" FLOAT8, "width" FLOAT8, "one" FLOAT8, "other" FLOAT8) RETURNS INTEGER
LANGUAGE SQL IMMUTABLE PARALLEL SAFE AS $$
    SELECT least(600000, greatest(1, "middle" * exp("width" * sqrt(-2 * ln(1 - "one")) * cos(2 * pi() * "other"))))::INTEGER
$$;

CREATE FUNCTION pg_temp.id_at("at" TIMESTAMPTZ, "n" BIGINT, "seed" BIGINT) RETURNS UUID LANGUAGE SQL IMMUTABLE PARALLEL SAFE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM "at") * 1000)::BIGINT), 12, '0') || '7' || lpad(to_hex("seed" & 4095), 3, '0')
        || '8' || lpad(to_hex("n" & 1152921504606846975), 15, '0'))::UUID
$$;

-- The instant of call `n`: more by day than by night.
CREATE FUNCTION pg_temp.started("n" BIGINT, "total" BIGINT, "days" INTEGER, "until" TIMESTAMPTZ) RETURNS TIMESTAMPTZ
LANGUAGE SQL IMMUTABLE PARALLEL SAFE AS $$
    SELECT "until" - "span" * 86400 * INTERVAL '1 second'
    FROM (SELECT greatest(0, "days" * (1 - ("n" + 0.5::FLOAT8) / "total")) AS "back") AS "even",
        LATERAL (SELECT greatest(0, "back" - 0.1 * sin(2 * pi() * "back")) AS "span") AS "warped"
$$;

CREATE TEMP TABLE "made_calls" (LIKE "call");
CREATE TEMP TABLE "made_attempts" (LIKE "attempt");

-- What is to be changed of the calls that were made up, before their attempts are: nothing, unless somebody replaces it.
CREATE FUNCTION pg_temp.dress() RETURNS VOID LANGUAGE SQL AS '';

-- Makes up the calls `first` to before `last` of `total`, and logs them; says how many rows were new.
CREATE FUNCTION pg_temp.seed_calls("first" BIGINT, "last" BIGINT, "before" BIGINT, "total" BIGINT, "days" INTEGER,
    "until" TIMESTAMPTZ, "seed" BIGINT) RETURNS INTEGER LANGUAGE plpgsql SET jit = off AS $$
#variable_conflict use_column
DECLARE
    "routes" CONSTANT TEXT[] := ARRAY['auto', 'fast', 'cheap', 'smart', 'code', 'night'];
BEGIN
    TRUNCATE "made_calls", "made_attempts";
    INSERT INTO "made_calls" ("id", "started_at", "node_id", "key_id", "demo", "route", "asked_model", "model", "provider", "region",
        "first_model", "first_provider", "first_region", "outcome", "status", "error_code", "stream", "rescued_by", "fallback",
        "region_switch", "attempts", "total_ms", "ttft_ms", "overhead_us", "prompt_tokens", "completion_tokens", "cached_tokens",
        "tokens_estimated", "cost_nano_usd", "revision")
    WITH "drawn" AS (
        SELECT "n", pg_temp.started("n", "total", "days", "until") AS "at", pg_temp.zipf(pg_temp.luck("n", 1, "seed"), 40) AS "app",
            pg_temp.luck("n", 2, "seed") AS "wish", pg_temp.luck("n", 3, "seed") AS "fate", pg_temp.luck("n", 4, "seed") AS "detour",
            pg_temp.luck("n", 5, "seed") < 0.6 AS "streams", 1 + floor(pg_temp.luck("n", 6, "seed") * 2)::INTEGER AS "place",
            pg_temp.spread(1400, 0.7, pg_temp.luck("n", 7, "seed"), pg_temp.luck("n", 8, "seed")) AS "took",
            pg_temp.spread(180, 0.4, pg_temp.luck("n", 9, "seed"), pg_temp.luck("n", 10, "seed")) AS "ours",
            pg_temp.spread(300, 1, pg_temp.luck("n", 11, "seed"), pg_temp.luck("n", 12, "seed")) AS "prompt",
            pg_temp.spread(200, 0.8, pg_temp.luck("n", 13, "seed"), pg_temp.luck("n", 14, "seed")) AS "answer"
        FROM generate_series("before", "last" - 1) AS "n"
        -- Three of a hundred come late: with the batch after their own.
        WHERE CASE WHEN "n" < "first" THEN pg_temp.luck("n", 15, "seed") < 0.03
            ELSE pg_temp.luck("n", 15, "seed") >= 0.03 OR "last" = "total" END
    ), "named" AS (
        -- An application has a few models of its own, and some of them are everybody's.
        SELECT *, 1 + ("app" * 7 + pg_temp.zipf("wish", 12)) % 12 AS "own",
            CASE WHEN "fate" < 0.05 THEN 'failed' WHEN "fate" < 0.06 THEN 'refused' WHEN "fate" < 0.07 THEN 'cancelled'
                ELSE 'served' END AS "ends"
        FROM "drawn"
    ), "routed" AS (
        SELECT *, CASE WHEN "wish" < 0.55 THEN "routes"[1 + "own" % 6] ELSE 'model-' || "own" END AS "name",
            CASE WHEN "ends" <> 'served' THEN NULL WHEN "detour" < 0.02 THEN 'sibling' WHEN "detour" < 0.035 THEN 'fallback'
                WHEN "detour" < 0.04 THEN 'retry' END AS "rescue"
        FROM "named"
    ), "answered" AS (
        SELECT *, CASE "rescue" WHEN 'fallback' THEN 1 + "own" % 12 ELSE "own" END AS "by",
            CASE "rescue" WHEN 'sibling' THEN 3 - "place" ELSE "place" END AS "there", "ends" = 'served' AS "served"
        FROM "routed"
    )
    SELECT pg_temp.id_at("at", "n", "seed"), "at", CASE WHEN pg_temp.luck("n", 16, "seed") < 0.5 THEN 'seed-a/0' ELSE 'seed-b/0' END,
        'app-' || "app", false, "name", "name", 'model-' || "by", 'provider-' || 1 + "by" % 3, 'region-' || "there",
        'model-' || "own", 'provider-' || 1 + "own" % 3, 'region-' || "place", "ends"::"call_outcome",
        CASE "ends" WHEN 'served' THEN 200 WHEN 'failed' THEN 502 WHEN 'refused' THEN 400 ELSE 499 END,
        CASE "ends" WHEN 'failed' THEN 'targets_exhausted' WHEN 'refused' THEN 'invalid_request' WHEN 'cancelled' THEN 'client_closed' END,
        "streams", "rescue", coalesce("rescue" = 'fallback', false), coalesce("rescue" = 'sibling', false),
        CASE WHEN "ends" = 'refused' THEN 0 WHEN "rescue" IS NULL THEN 1 ELSE 2 END, "took",
        CASE WHEN "streams" AND "served" THEN greatest(1, "took" / 4) END, "ours",
        CASE WHEN "served" THEN "prompt" END, CASE WHEN "served" THEN "answer" END, CASE WHEN "served" THEN 0 END, false,
        -- Nobody knows what the twelfth model costs.
        CASE WHEN "served" AND "by" < 12 THEN ("prompt" * 2000 + "answer" * 8000)::BIGINT END, 1
    FROM "answered";

    PERFORM pg_temp.dress();

    INSERT INTO "made_attempts" ("id", "call_id", "seq", "started_at", "demo", "target_id", "provider", "region", "model", "outcome",
        "reason", "status", "health", "ttft_ms", "duration_ms", "cost_nano_usd")
    SELECT overlay("one"."id"::TEXT PLACING (ARRAY['9', 'a'])["seq"] FROM 20 FOR 1)::UUID, "one"."id", "seq", "started_at", false,
        "at_provider" || ':' || "at_region" || ':' || "at_model", "at_provider", "at_region", "at_model",
        (CASE WHEN "last" AND "outcome" = 'served' THEN 'succeeded' WHEN "outcome" = 'cancelled' THEN 'cancelled' ELSE 'failed' END)
            ::"attempt_outcome",
        CASE WHEN "last" AND "outcome" = 'served' OR "outcome" = 'cancelled' THEN NULL ELSE 'server_error' END,
        CASE WHEN "last" AND "outcome" = 'served' THEN 200 WHEN "outcome" <> 'cancelled' THEN 503 END,
        "outcome" <> 'cancelled', "ttft_ms", CASE WHEN "last" THEN "total_ms" ELSE 40 END, CASE WHEN "last" THEN "cost_nano_usd" END
    FROM "made_calls" AS "one", generate_series(1, "attempts") AS "seq",
        LATERAL (SELECT "seq" = "attempts" AS "last") AS "place",
        LATERAL (SELECT CASE WHEN "last" THEN "provider" ELSE "first_provider" END AS "at_provider",
            CASE WHEN "last" THEN "region" ELSE "first_region" END AS "at_region",
            CASE WHEN "last" THEN "model" ELSE "first_model" END AS "at_model") AS "target";

    RETURN "log_calls"((SELECT array_agg(ROW("one".*)::"call") FROM "made_calls" AS "one"),
        (SELECT array_agg(ROW("one".*)::"attempt") FROM "made_attempts" AS "one"));
END
$$;
