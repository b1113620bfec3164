-- What happened when: releases, incidents, holidays, notes. Times are milliseconds since 1970.
CREATE TABLE annotations (
    annotation_id TEXT PRIMARY KEY NOT NULL,
    organization_id TEXT NOT NULL REFERENCES organizations (organization_id),
    kind TEXT NOT NULL CHECK (kind IN ('release', 'incident', 'holiday', 'note')),
    start_ms INTEGER NOT NULL,
    -- Exclusive. Null: a moment, or an incident that goes on.
    end_ms INTEGER,
    -- 1: whole days wherever one asks; then both times are local readings written as though they were UTC.
    is_floating INTEGER NOT NULL,
    title TEXT NOT NULL,
    text TEXT,
    -- JSON array of filters: which attempts it concerns. [] is all.
    filters TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL,
    -- A deleted one stays, emptied, so that a node that was away does not bring it back.
    deleted_at_ms INTEGER
) STRICT;

-- "What happened in this range?", asked with every question against `auto`.
CREATE INDEX annotations_by_start ON annotations (organization_id, start_ms);
