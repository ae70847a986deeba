-- The calls that bench/seed-calls.sql made up, under the names of the demo, nearly all of them served, and one outage.
CREATE OR REPLACE FUNCTION pg_temp.dress() RETURNS VOID LANGUAGE plpgsql AS $$
DECLARE
    "models" CONSTANT TEXT[] := ARRAY['gpt-4.1', 'gpt-4.1', 'gemini-2.5-flash', 'claude-sonnet-4-5', 'gpt-4.1', 'deepseek-v3'];
    "apps" CONSTANT TEXT[] := ARRAY['shop', 'shop', 'search', 'support-bot', 'billing'];
    "places" CONSTANT TEXT[] := ARRAY['alpha us-east', 'alpha eu-west', 'alpha us-east', 'alpha ap-south', 'alpha us-east', 'alpha eu-west'];
BEGIN
    UPDATE "made_calls" SET
        "key_id" = "apps"[1 + substr("key_id", 5)::INTEGER % 5],
        "route" = CASE WHEN "route" LIKE 'model-%' THEN "models"[1 + substr("route", 7)::INTEGER % 6] ELSE 'auto' END,
        "asked_model" = CASE WHEN "asked_model" LIKE 'model-%' THEN "models"[1 + substr("asked_model", 7)::INTEGER % 6] ELSE 'auto' END,
        "model" = "models"[1 + substr("model", 7)::INTEGER % 6],
        "first_model" = "models"[1 + substr("first_model", 7)::INTEGER % 6],
        ("provider", "region") = (SELECT split_part("place", ' ', 1), split_part("place", ' ', 2)
            FROM (SELECT "places"[substr("provider", 10)::INTEGER * 2 - 2 + substr("region", 8)::INTEGER] AS "place") AS "at"),
        ("first_provider", "first_region") = (SELECT split_part("place", ' ', 1), split_part("place", ' ', 2)
            FROM (SELECT "places"[substr("first_provider", 10)::INTEGER * 2 - 2 + substr("first_region", 8)::INTEGER] AS "place") AS "at");

    UPDATE "made_calls" SET "outcome" = 'served', "status" = 200, "error_code" = NULL, "prompt_tokens" = 180, "completion_tokens" = 120,
        "cached_tokens" = 0, "cost_nano_usd" = 1320000, "ttft_ms" = CASE WHEN "stream" THEN greatest(1, "total_ms" / 4) END
    WHERE "outcome" = 'failed' AND (hashtext("id"::TEXT) % 40 <> 0 OR "started_at" > now() - INTERVAL '20 minutes');

    UPDATE "made_calls" SET "first_model" = "model", "first_provider" = "provider", "first_region" = 'us-east', "region" = 'eu-west',
        "outcome" = 'served', "status" = 200, "error_code" = NULL, "rescued_by" = 'sibling', "region_switch" = true, "fallback" = false,
        "attempts" = 2
    WHERE "first_model" = 'gpt-4.1' AND "first_region" = 'us-east' AND "started_at" BETWEEN now() - INTERVAL '260 minutes' AND now() - INTERVAL '230 minutes';

    -- Micro-USD a token, in and out, as lib/pricing/catalog.ts lists them.
    UPDATE "made_calls" SET "cost_nano_usd" = 1000 * ("prompt_tokens" * "listed"."in" + "completion_tokens" * "listed"."out")
    FROM (VALUES ('gpt-4.1', 2, 8), ('claude-sonnet-4-5', 3, 15), ('gemini-2.5-flash', 0.3, 2.5), ('deepseek-v3', 0.28, 0.42)) AS "listed"("id", "in", "out")
    WHERE "model" = "listed"."id" AND "cost_nano_usd" IS NOT NULL;
END
$$;
