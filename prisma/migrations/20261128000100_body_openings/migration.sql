-- Who opened the body of a call, and when: added to, and never changed.
CREATE TABLE "body_opening" (
    "id" SERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "call_id" UUID NOT NULL,
    "actor" JSONB NOT NULL,
    CONSTRAINT "body_opening_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "body_opening_call_id_id_idx" ON "body_opening"("call_id", "id");

CREATE FUNCTION "refuse_opening_change"() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'who opened a body stays written: % of "body_opening" is refused', TG_OP
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER "body_opening_immutable" BEFORE UPDATE OR DELETE ON "body_opening"
    FOR EACH ROW EXECUTE FUNCTION "refuse_opening_change"();
CREATE TRIGGER "body_opening_not_truncated" BEFORE TRUNCATE ON "body_opening"
    FOR EACH STATEMENT EXECUTE FUNCTION "refuse_opening_change"();
