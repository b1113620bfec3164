-- Exports: what was asked for, and how far it is. Of this node alone, as the file is: other nodes are not told. Times are ms since 1970.
CREATE TABLE exports (
    export_id TEXT PRIMARY KEY NOT NULL,
    organization_id TEXT NOT NULL REFERENCES organizations (organization_id),
    -- JSON, as it was asked.
    request TEXT NOT NULL,
    -- 1: it holds single attempts, and so perhaps a viewer who is erased later.
    has_attempts INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
    -- How often it was begun: a restart of the node begins it again.
    tries INTEGER NOT NULL DEFAULT 0,
    created_at_ms INTEGER NOT NULL,
    started_at_ms INTEGER,
    finished_at_ms INTEGER,
    expires_at_ms INTEGER NOT NULL,
    rows INTEGER,
    bytes INTEGER,
    sha256 TEXT,
    -- Why it failed.
    reason TEXT
) STRICT;
