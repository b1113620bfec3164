-- Says of no day that it has cells: those that are said to are in the table that the next migration drops, and every day is built again.
TRUNCATE TABLE IF EXISTS cell_days
