-- How long an organisation keeps its rows, in days; null is the server's own limit. Never longer than that.
ALTER TABLE organizations ADD COLUMN beacons_days INTEGER CHECK (beacons_days > 0);
ALTER TABLE organizations ADD COLUMN impressions_days INTEGER CHECK (impressions_days > 0);

-- Requests to erase a viewer. They stand here before anything is deleted, so that a crash cannot lose one.
CREATE TABLE erasures (
    erasure_id TEXT PRIMARY KEY NOT NULL,
    organization_id TEXT NOT NULL REFERENCES organizations (organization_id),
    -- Null once the request is closed: then nobody needs to know any more who it was.
    viewer_id TEXT,
    requested_at_ms INTEGER NOT NULL,
    -- Attempts erased so far.
    attempts INTEGER NOT NULL DEFAULT 0,
    -- When everything received before the request had been deleted.
    erased_at_ms INTEGER,
    -- When the deletion was repeated for the last time.
    closed_at_ms INTEGER
) STRICT;

-- Whose rows were deleted: a beacon without a viewer id may follow. Emptied when the request is closed.
CREATE TABLE erasure_attempts (
    erasure_id TEXT NOT NULL REFERENCES erasures (erasure_id),
    attempt_id TEXT NOT NULL,
    PRIMARY KEY (erasure_id, attempt_id)
) STRICT, WITHOUT ROWID;
