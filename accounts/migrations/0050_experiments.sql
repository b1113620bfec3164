-- A license key's settings may change: of two nodes' the later change counts. 0 for never.
ALTER TABLE license_keys ADD COLUMN collector_enabled INTEGER NOT NULL DEFAULT 1;
-- The part of attaches that the collector measures, in thousandths.
ALTER TABLE license_keys ADD COLUMN sample_permille INTEGER NOT NULL DEFAULT 1000 CHECK (sample_permille BETWEEN 1 AND 1000);
ALTER TABLE license_keys ADD COLUMN settings_set_at_ms INTEGER NOT NULL DEFAULT 0;

-- Experiments. One is a whole; of two nodes' the later change counts. A deleted one stays, without its body, so that nobody brings it back.
CREATE TABLE experiments (
    experiment_id TEXT PRIMARY KEY NOT NULL,
    organization_id TEXT NOT NULL REFERENCES organizations (organization_id),
    -- JSON of what `accounts::Experiment` holds; null once it is deleted.
    body TEXT,
    changed_at_ms INTEGER NOT NULL
) STRICT;
