-- Nodes that share a ClickHouse tell each other their accounts through it. What is local is of one node only: its canary.
ALTER TABLE organizations ADD COLUMN is_local INTEGER NOT NULL DEFAULT 0;
-- When the retention was last set: of two nodes' the later one counts. 0 for never.
ALTER TABLE organizations ADD COLUMN retention_set_at_ms INTEGER NOT NULL DEFAULT 0;
