-- How many executions lie in each stretch of an order, so that a page far from
-- both ends is reached without passing all that lie before it. They hold the
-- executions that the other counters hold.
CREATE TABLE order_counts (
	sort   INTEGER NOT NULL, -- 0 id, 1 queued_at, 2 started_at, 3 completed_at, 4 duration
	width  INTEGER NOT NULL, -- of the stretches; 0 = they are duration_buckets
	start  INTEGER NOT NULL, -- the first value of the stretch
	status INTEGER NOT NULL, -- -1 = all, where the index of the order has no status
	n      INTEGER NOT NULL,
	PRIMARY KEY (sort, width, start, status)
) WITHOUT ROWID;

INSERT INTO order_counts
	SELECT 0, 1024, id - id % 1024, status, count(*) FROM executions INDEXED BY executions_by_status
	WHERE id <= (SELECT upto FROM counted) AND id NOT IN (SELECT id FROM uncounted) GROUP BY 3, 4;

INSERT INTO order_counts
	SELECT 1, 3600000000, queued_at - (queued_at % 3600000000 + 3600000000) % 3600000000, status, count(*)
	FROM executions INDEXED BY executions_by_queued
	WHERE id <= (SELECT upto FROM counted) AND id NOT IN (SELECT id FROM uncounted) GROUP BY 3, 4;

INSERT INTO order_counts
	SELECT 2, 3600000000, started_at - (started_at % 3600000000 + 3600000000) % 3600000000, -1, count(*)
	FROM executions INDEXED BY executions_by_started
	WHERE started_at IS NOT NULL AND id <= (SELECT upto FROM counted) AND id NOT IN (SELECT id FROM uncounted) GROUP BY 3;

INSERT INTO order_counts
	SELECT 3, 3600000000, completed_at - (completed_at % 3600000000 + 3600000000) % 3600000000, -1, count(*)
	FROM executions INDEXED BY executions_by_completed
	WHERE completed_at IS NOT NULL AND id <= (SELECT upto FROM counted) AND id NOT IN (SELECT id FROM uncounted) GROUP BY 3;

INSERT INTO order_counts
	SELECT 4, 0, coalesce((SELECT max(low) FROM duration_buckets WHERE low <= duration), 0), -1, count(*)
	FROM executions INDEXED BY executions_by_duration
	WHERE duration IS NOT NULL AND id <= (SELECT upto FROM counted) AND id NOT IN (SELECT id FROM uncounted) GROUP BY 3;

-- The same in stretches that are longer: 65,536 numbers, and days.
INSERT INTO order_counts
	SELECT sort, 65536, start - start % 65536, status, sum(n) FROM order_counts WHERE sort = 0 GROUP BY 3, 4;

INSERT INTO order_counts
	SELECT sort, 86400000000, start - (start % 86400000000 + 86400000000) % 86400000000, status, sum(n)
	FROM order_counts WHERE width = 3600000000 GROUP BY 1, 3, 4;

CREATE INDEX executions_retryable ON executions (queued_at, id, task_id) WHERE status > 2 AND origin <> 3;
