-- Who does what only one of several processes should do. `epoch` grows with each new holder, so that the words of a former
-- one can be told from those of the present one.
CREATE TABLE "lease" (
    "name" TEXT NOT NULL,
    "holder" TEXT NOT NULL,
    "instance" TEXT NOT NULL,
    "epoch" INTEGER NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,
    CONSTRAINT "lease_pkey" PRIMARY KEY ("name")
);

-- The newest look of the prober at each target and region, for the nodes that did not look themselves. Unlogged: the next
-- look replaces it, and a restart of the database may forget it.
CREATE UNLOGGED TABLE "probe_news" (
    "subject" TEXT NOT NULL,
    "epoch" INTEGER NOT NULL,
    "seq" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "news" JSONB NOT NULL,
    CONSTRAINT "probe_news_pkey" PRIMARY KEY ("subject")
);
