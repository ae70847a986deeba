-- What the healer did about the outage that dress.sql gives to the calls, on every node that runs now.
INSERT INTO "health_event" ("id", "at", "node_id", "target_id", "provider", "region", "model", "from_state", "to_state", "reason", "evidence")
SELECT gen_random_uuid(), now() - "ago" * INTERVAL '1 minute', "node"."id", 'alpha:us-east:gpt-4.1', 'alpha', 'us-east', 'gpt-4.1',
    "before", "after", "why", "counted"::JSONB
FROM "node", (VALUES
    (260, 'closed', 'open', 'server_error', '{"failures": 5, "status": 503}'),
    (231, 'open', 'half_open', 'probes_passed', '{"passes": 2}'),
    (230, 'half_open', 'closed', 'trial_passed', '{}')
) AS "done" ("ago", "before", "after", "why", "counted")
WHERE "node"."stopped_at" IS NULL;
