-- Alert rules: what is watched, who is told, and how each of its series stands. Of this node alone, so that one node tells and not all of
-- them. Times are ms since 1970.
CREATE TABLE alerts (
    alert_id TEXT PRIMARY KEY NOT NULL,
    organization_id TEXT NOT NULL REFERENCES organizations (organization_id),
    -- JSON; the rule as `query` writes it.
    rule TEXT NOT NULL,
    -- JSON; how its series stand, as `query` writes it.
    series TEXT NOT NULL,
    -- Signs what is sent, so it has to be read back: 32 random bytes.
    secret BLOB NOT NULL,
    -- When it is to be evaluated next. Null: it is switched off.
    next_at_ms INTEGER,
    created_at_ms INTEGER NOT NULL,
    -- Later with every change of the rule.
    updated_at_ms INTEGER NOT NULL
) STRICT;

-- What each evaluation came to; the latest of each rule.
CREATE TABLE alert_evaluations (
    alert_id TEXT NOT NULL REFERENCES alerts (alert_id) ON DELETE CASCADE,
    at_ms INTEGER NOT NULL,
    -- JSON, as `query` writes it.
    body TEXT NOT NULL,
    PRIMARY KEY (alert_id, at_ms)
) STRICT;

-- What is told, until it has arrived or nobody takes it, and for a while after.
CREATE TABLE alert_deliveries (
    delivery_id TEXT PRIMARY KEY NOT NULL,
    alert_id TEXT NOT NULL REFERENCES alerts (alert_id) ON DELETE CASCADE,
    -- JSON, as it is sent.
    body TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    -- When it is to be tried next. Null: it has ended.
    next_at_ms INTEGER,
    tries INTEGER NOT NULL DEFAULT 0,
    delivered_at_ms INTEGER,
    -- What the latest try came to, in words.
    outcome TEXT
) STRICT;

CREATE INDEX alert_deliveries_by_alert ON alert_deliveries (alert_id, delivery_id);
