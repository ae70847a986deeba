-- What an application key has spent in a month (UTC), and what nodes hold of the rest: "spent" + "leased" stay under its limit.
CREATE TABLE "budget" (
    "key_id" TEXT NOT NULL,
    "month" DATE NOT NULL,
    "spent_nano_usd" BIGINT NOT NULL DEFAULT 0,
    "leased_nano_usd" BIGINT NOT NULL DEFAULT 0,
    CONSTRAINT "budget_pkey" PRIMARY KEY ("key_id", "month")
);

-- One node's share of a budget. "granted" and "spent" are sums since the holder, a purse of one "process", was opened: what is
-- told twice counts once. "seq" grows with each exchange: what a database that stood still does late is too late. "told_at" is the process's own clock, the other instants are the database's. No further index: every
-- renewal would have to write it, and the rows are few.
CREATE TABLE "budget_lease" (
    "key_id" TEXT NOT NULL,
    "month" DATE NOT NULL,
    "holder" UUID NOT NULL,
    "process" UUID NOT NULL,
    "node_id" TEXT NOT NULL,
    "granted_nano_usd" BIGINT NOT NULL,
    "spent_nano_usd" BIGINT NOT NULL,
    "seq" BIGINT NOT NULL,
    "told_at" TIMESTAMPTZ(3) NOT NULL,
    "renewed_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    CONSTRAINT "budget_lease_pkey" PRIMARY KEY ("key_id", "month", "holder")
);

-- Takes a holder's word of what it has spent and answers with what it may spend, both as sums. It gets what it needs as far as
-- it is there, beyond that at most half of what is left, and keeps what it has as far as it still wants it. Everything of one
-- budget happens under the lock of its row.
CREATE FUNCTION "exchange_budget_lease"(
    "of_key" TEXT, "of_month" DATE, "by_holder" UUID, "by_process" UUID, "by_node" TEXT, "limit_nano" BIGINT,
    "spent_nano" BIGINT, "need_nano" BIGINT, "want_nano" BIGINT, "exchange_seq" BIGINT, "told" TIMESTAMPTZ, "lease_seconds" INTEGER
) RETURNS TABLE ("granted_nano" BIGINT, "budget_spent_nano" BIGINT, "budget_leased_nano" BIGINT)
LANGUAGE plpgsql AS $$
DECLARE
    total "budget"%ROWTYPE;
    own "budget_lease"%ROWTYPE;
    spent BIGINT;
    others BIGINT;
    room BIGINT;
    held BIGINT;
BEGIN
    INSERT INTO "budget" ("key_id", "month") VALUES (of_key, of_month) ON CONFLICT DO NOTHING;
    SELECT * INTO total FROM "budget" WHERE "key_id" = of_key AND "month" = of_month FOR UPDATE;
    SELECT * INTO own FROM "budget_lease" WHERE "key_id" = of_key AND "month" = of_month AND "holder" = by_holder;
    IF own."seq" >= exchange_seq THEN
        RETURN QUERY SELECT own."granted_nano_usd", total."spent_nano_usd", total."leased_nano_usd";
        RETURN;
    END IF;
    spent := GREATEST(COALESCE(own."spent_nano_usd", 0), spent_nano);
    total."spent_nano_usd" := total."spent_nano_usd" + spent - COALESCE(own."spent_nano_usd", 0);
    others := total."leased_nano_usd" - GREATEST(0, COALESCE(own."granted_nano_usd" - own."spent_nano_usd", 0));
    room := GREATEST(0, limit_nano - total."spent_nano_usd" - others);
    held := GREATEST(
        LEAST(want_nano, COALESCE(own."granted_nano_usd", 0) - spent),
        LEAST(want_nano, GREATEST(LEAST(need_nano, room), room / 2)),
        0);
    UPDATE "budget" SET "spent_nano_usd" = total."spent_nano_usd", "leased_nano_usd" = others + held
    WHERE "key_id" = of_key AND "month" = of_month;
    INSERT INTO "budget_lease" VALUES (
        of_key, of_month, by_holder, by_process, by_node, spent + held, spent, exchange_seq, told, clock_timestamp(),
        clock_timestamp() + make_interval(secs => lease_seconds))
    ON CONFLICT ("key_id", "month", "holder") DO UPDATE SET
        "granted_nano_usd" = EXCLUDED."granted_nano_usd", "spent_nano_usd" = EXCLUDED."spent_nano_usd",
        "seq" = EXCLUDED."seq", "told_at" = EXCLUDED."told_at", "renewed_at" = EXCLUDED."renewed_at", "expires_at" = EXCLUDED."expires_at";
    RETURN QUERY SELECT spent + held, total."spent_nano_usd", others + held;
END
$$;

-- Ends the leases that have run out, and those that an earlier life of the node "by_node" has not renewed for "silent_seconds".
-- What their holders spent without telling is read from the call log: their calls that ended after their last word, from
-- a tenth of a second before it on, so that the error of clocks is never in favour of spending more. Returns how many it ended.
CREATE FUNCTION "end_budget_leases"(
    "by_process" UUID, "by_node" TEXT, "began" TIMESTAMPTZ, "silent_seconds" INTEGER
) RETURNS INTEGER LANGUAGE plpgsql AS $$
DECLARE
    found_key TEXT;
    found_month DATE;
    found_holder UUID;
    old "budget_lease"%ROWTYPE;
    untold BIGINT;
    ended INTEGER := 0;
BEGIN
    FOR found_key, found_month, found_holder IN
        SELECT "key_id", "month", "holder" FROM "budget_lease"
        WHERE "granted_nano_usd" > "spent_nano_usd" AND "process" <> by_process
            AND ("expires_at" < clock_timestamp()
                OR "node_id" = by_node AND "renewed_at" < clock_timestamp() - make_interval(secs => silent_seconds))
        ORDER BY "key_id", "month", "holder"
    LOOP
        PERFORM FROM "budget" WHERE "key_id" = found_key AND "month" = found_month FOR UPDATE;
        -- Somebody may have ended it, or its holder come back, while we waited for the lock.
        SELECT * INTO old FROM "budget_lease"
        WHERE "key_id" = found_key AND "month" = found_month AND "holder" = found_holder
            AND "granted_nano_usd" > "spent_nano_usd"
            AND ("expires_at" < clock_timestamp()
                OR "node_id" = by_node AND "renewed_at" < clock_timestamp() - make_interval(secs => silent_seconds));
        CONTINUE WHEN NOT FOUND;
        SELECT COALESCE(SUM("cost_nano_usd"), 0)::BIGINT INTO untold FROM "call"
        WHERE "id" >= "uuid_v7_floor"(GREATEST(old."told_at" - INTERVAL '65 minutes', old."month"::TIMESTAMP AT TIME ZONE 'UTC'))
            AND "id" < "uuid_v7_floor"(LEAST(
                old."expires_at", (old."month" + INTERVAL '1 month') AT TIME ZONE 'UTC',
                CASE WHEN old."node_id" = by_node THEN began ELSE 'infinity' END))
            AND "node_id" = old."node_id" AND "key_id" = old."key_id"
            AND "started_at" + "total_ms" * INTERVAL '1 millisecond' > old."told_at" - INTERVAL '100 milliseconds';
        -- It cannot have spent more than it held.
        untold := LEAST(untold, old."granted_nano_usd" - old."spent_nano_usd");
        UPDATE "budget" SET
            "spent_nano_usd" = "spent_nano_usd" + untold,
            "leased_nano_usd" = "leased_nano_usd" - (old."granted_nano_usd" - old."spent_nano_usd")
        WHERE "key_id" = found_key AND "month" = found_month;
        UPDATE "budget_lease" SET
            "granted_nano_usd" = "spent_nano_usd" + untold, "spent_nano_usd" = "spent_nano_usd" + untold
        WHERE "key_id" = found_key AND "month" = found_month AND "holder" = found_holder;
        ended := ended + 1;
    END LOOP;
    DELETE FROM "budget_lease"
    WHERE "granted_nano_usd" <= "spent_nano_usd" AND "expires_at" < clock_timestamp() - INTERVAL '2 days';
    RETURN ended;
END
$$;
