-- Whether an organisation takes part in the industry baseline: its sums enter the others' comparison, and it sees theirs. Of two nodes' the
-- later change counts. 0 for never.
ALTER TABLE organizations ADD COLUMN industry INTEGER NOT NULL DEFAULT 0;
ALTER TABLE organizations ADD COLUMN industry_set_at_ms INTEGER NOT NULL DEFAULT 0;
