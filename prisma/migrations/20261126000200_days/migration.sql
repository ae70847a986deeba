-- Days of the call log: filed, and dropped when their time is over.

-- Where a call would have gone if nothing had been wrong: the first target that it was allowed and able to use.
ALTER TABLE "call" ADD COLUMN "first_provider" TEXT, ADD COLUMN "first_region" TEXT, ADD COLUMN "first_model" TEXT;
-- The last day on which a call named it.
ALTER TABLE "plan" ADD COLUMN "used_on" DATE NOT NULL DEFAULT CURRENT_DATE;

-- Charts read rollups, lists go by id, and these two filters are what people look for at night: few rows, so small indexes.
DROP INDEX "call_started_at_idx";
DROP INDEX "attempt_started_at_idx";
CREATE INDEX "call_unserved_idx" ON "call"("id" DESC) WHERE "outcome" <> 'served';
CREATE INDEX "call_rescued_idx" ON "call"("id" DESC) WHERE "rescued_by" IS NOT NULL;
-- Nobody asks for the probes of one target any more: the rollups count them.
DROP INDEX "probe_result_target_id_at_idx";

-- The instant inside a UUIDv7.
CREATE FUNCTION "uuid_v7_at"("id" UUID) RETURNS TIMESTAMPTZ LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT to_timestamp(('x' || substr(replace("id"::TEXT, '-', ''), 1, 12))::BIT(48)::BIGINT / 1000.0)
$$;

CREATE FUNCTION "utc_day"("at" TIMESTAMPTZ) RETURNS TIMESTAMPTZ LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT date_bin('1 day', "at", '2000-01-01T00:00:00Z')
$$;

-- Gives a day of `parent` its partition, with the rows that waited for it in DEFAULT, and says how many those were.
-- Made apart and attached: that lets everybody go on who does not touch DEFAULT.
CREATE FUNCTION "make_day_partition"("parent" TEXT, "day" TIMESTAMPTZ) RETURNS INTEGER LANGUAGE plpgsql
SET lock_timeout = '3s' AS $$
DECLARE
    child TEXT := "parent" || '_' || to_char("day" AT TIME ZONE 'UTC', 'YYYYMMDD');
    first UUID := "uuid_v7_floor"("day");
    next UUID := "uuid_v7_floor"("day" + INTERVAL '1 day');
    moved INTEGER;
BEGIN
    IF to_regclass(quote_ident(child)) IS NOT NULL THEN
        RETURN 0;
    END IF;
    EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', "parent" || '_default');
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', child, "parent");
    EXECUTE format(
        'WITH odd AS (DELETE FROM %I WHERE id >= $1 AND id < $2 RETURNING *) INSERT INTO %I SELECT * FROM odd',
        "parent" || '_default', child) USING first, next;
    GET DIAGNOSTICS moved = ROW_COUNT;
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', "parent", child, first, next);
    RETURN moved;
END
$$;

-- Creates the partitions of today and of the days ahead; safe to call again, from any number of nodes.
CREATE OR REPLACE FUNCTION "ensure_day_partitions"("days_ahead" INTEGER) RETURNS VOID LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('bellwether.partitions'));
    FOR ahead IN 0.."days_ahead" LOOP
        PERFORM "make_day_partition"('call', "utc_day"(now()) + make_interval(days => ahead));
        PERFORM "make_day_partition"('attempt', "utc_day"(now()) + make_interval(days => ahead));
    END LOOP;
END
$$;

-- Refuses what would drop today's rows, or those by which a record that is sent again is known.
CREATE FUNCTION "checked_days"("days" INTEGER) RETURNS INTEGER LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF "days" IS NULL OR "days" NOT BETWEEN 2 AND 400 THEN
        RAISE EXCEPTION 'the detail of calls is kept for 2 to 400 days, not %', "days" USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN "days";
END
$$;

-- Moves one day's rows out of DEFAULT: the oldest day that is kept and may have a partition. Null when none is left.
CREATE FUNCTION "file_odd_day"("kept_days" INTEGER, "days_ahead" INTEGER) RETURNS INTEGER LANGUAGE plpgsql AS $$
DECLARE
    oldest UUID := "uuid_v7_floor"("utc_day"(now()) - make_interval(days => "checked_days"("kept_days")));
    newest UUID := "uuid_v7_floor"("utc_day"(now()) + make_interval(days => "days_ahead" + 1));
    odd UUID;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('bellwether.partitions'));
    SELECT "id" INTO odd FROM (
        SELECT "id" FROM "call_default" WHERE "id" >= oldest AND "id" < newest
        UNION ALL SELECT "id" FROM "attempt_default" WHERE "id" >= oldest AND "id" < newest) AS "rows"
    ORDER BY "id" LIMIT 1;
    IF odd IS NULL THEN
        RETURN NULL;
    END IF;
    RETURN "make_day_partition"('call', "utc_day"("uuid_v7_at"(odd)))
        + "make_day_partition"('attempt', "utc_day"("uuid_v7_at"(odd)));
END
$$;

-- Drops the oldest day that is over, of calls and of attempts, and says which; null when there is none.
CREATE FUNCTION "drop_old_day"("kept_days" INTEGER) RETURNS TEXT LANGUAGE plpgsql SET lock_timeout = '3s' AS $$
DECLARE
    oldest TIMESTAMPTZ := "utc_day"(now()) - make_interval(days => "checked_days"("kept_days"));
    day TEXT;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('bellwether.upkeep')) THEN
        RETURN NULL;
    END IF;
    SELECT min(right(relname, 8)) INTO day FROM pg_inherits JOIN pg_class ON oid = inhrelid
    WHERE inhparent IN ('call'::REGCLASS, 'attempt'::REGCLASS) AND relname ~ '^(call|attempt)_\d{8}$'
        AND right(relname, 8) < to_char(oldest AT TIME ZONE 'UTC', 'YYYYMMDD');
    IF day IS NOT NULL THEN
        EXECUTE format('DROP TABLE IF EXISTS %I', 'call_' || day);
        EXECUTE format('DROP TABLE IF EXISTS %I', 'attempt_' || day);
    END IF;
    RETURN day;
END
$$;

-- Rows that no partition of a day takes: records that came from a clock in another year.
CREATE FUNCTION "odd_rows"() RETURNS BIGINT LANGUAGE SQL STABLE AS $$
    SELECT (SELECT count(*) FROM "call_default") + (SELECT count(*) FROM "attempt_default")
$$;
