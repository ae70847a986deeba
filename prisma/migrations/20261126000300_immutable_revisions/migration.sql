-- What people decided stays as it was written: a mistake is taken back by another revision.
CREATE FUNCTION "refuse_revision_change"() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'revisions are immutable: % of "revision" is refused', TG_OP
        USING ERRCODE = 'restrict_violation', HINT = 'Write a new revision instead.';
END
$$;
CREATE TRIGGER "revision_immutable" BEFORE UPDATE OR DELETE ON "revision"
    FOR EACH ROW EXECUTE FUNCTION "refuse_revision_change"();
CREATE TRIGGER "revision_not_truncated" BEFORE TRUNCATE ON "revision"
    FOR EACH STATEMENT EXECUTE FUNCTION "refuse_revision_change"();

-- The newest revision that a node could not obey, and why; null once it obeys a later one. The release before neither
-- writes nor reads them.
ALTER TABLE "node" ADD COLUMN "refused_revision" INTEGER;
ALTER TABLE "node" ADD COLUMN "refused_problem" TEXT;
