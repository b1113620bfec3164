-- Who may send and who may ask. Times are milliseconds since 1970, UTC.
CREATE TABLE organizations (
    organization_id TEXT PRIMARY KEY NOT NULL,
    parent_id TEXT REFERENCES organizations (organization_id),
    name TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL
) STRICT;

-- License keys are public: they stand in the page. What they may do is bounded by their domains and rate.
CREATE TABLE license_keys (
    license_key TEXT PRIMARY KEY NOT NULL,
    organization_id TEXT NOT NULL REFERENCES organizations (organization_id),
    name TEXT NOT NULL,
    -- JSON array of hosts; `*` is any, `*.example.com` any subdomain.
    allowed_domains TEXT NOT NULL,
    -- Beacons per second; null is the server's default.
    rate_limit_per_s INTEGER,
    created_at_ms INTEGER NOT NULL,
    revoked_at_ms INTEGER
) STRICT;

-- API keys are secret: only the SHA-256 of 256 random bits is here.
CREATE TABLE api_keys (
    api_key_id TEXT PRIMARY KEY NOT NULL,
    secret_sha256 BLOB NOT NULL UNIQUE,
    organization_id TEXT NOT NULL REFERENCES organizations (organization_id),
    name TEXT NOT NULL,
    scope TEXT NOT NULL CHECK (scope IN ('read', 'write', 'admin')),
    diagnostics INTEGER NOT NULL DEFAULT 0,
    created_at_ms INTEGER NOT NULL,
    revoked_at_ms INTEGER
) STRICT;
