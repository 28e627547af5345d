-- Test runs are counted apart from other executions, so that lists and
-- statistics without them, with them and of them alone are as fast.
DROP TABLE task_names;

-- The names under which tasks have run, and those under which tests of them have.
CREATE TABLE task_names (
	id        INTEGER PRIMARY KEY,
	task_id   BLOB NOT NULL,
	task_name BLOB NOT NULL,
	tests     INTEGER NOT NULL, -- 1 = its test runs
	UNIQUE (task_id, task_name, tests)
);

INSERT INTO task_names (task_id, task_name, tests) SELECT DISTINCT task_id, task_name, origin = 1 FROM executions;

DELETE FROM uncounted;

UPDATE counted SET upto = (SELECT coalesce(max(id), 0) FROM executions);

INSERT INTO uncounted SELECT id FROM executions WHERE status < 2;

-- In execution_counts the task 0 is all but test runs, and -1 is all test runs.
DELETE FROM execution_counts;

DELETE FROM task_counts;

CREATE TEMP TABLE ended_hours AS
	SELECT t.id AS task, t.tests AS tests, x.queued_at / 3600000000 * 3600000000 AS hour, x.status AS status,
		CASE WHEN x.duration IS NULL THEN -1 ELSE coalesce((SELECT max(low) FROM duration_buckets WHERE low <= x.duration), 0) END AS low,
		count(*) AS n, coalesce(sum(x.duration), 0) AS total
	FROM executions AS x JOIN task_names AS t ON t.task_id = x.task_id AND t.task_name = x.task_name AND t.tests = (x.origin = 1)
	WHERE x.status >= 2 GROUP BY 1, 2, 3, 4, 5;

INSERT INTO execution_counts
	SELECT span, task, start, CAST(group_concat(status || ' ' || low || ' ' || n || ' ' || total, ' ') AS BLOB) FROM (
		SELECT s.span AS span, CASE WHEN s.tasks THEN c.task ELSE -c.tests END AS task, c.hour / s.width AS start,
			c.status AS status, c.low AS low, sum(c.n) AS n, sum(c.total) AS total
		FROM temp.ended_hours AS c, count_spans AS s GROUP BY 1, 2, 3, 4, 5)
	GROUP BY 1, 2, 3;

INSERT INTO task_counts SELECT task, status, sum(n) FROM temp.ended_hours GROUP BY 1, 2;

DROP TABLE temp.ended_hours;

-- The indexes hold the origin, so that test runs are left out without reading rows.
DROP INDEX executions_by_queued;
DROP INDEX executions_by_task;
DROP INDEX executions_by_started;
DROP INDEX executions_by_completed;
DROP INDEX executions_by_duration;
DROP INDEX executions_by_status;
DROP INDEX executions_by_batch;
DROP INDEX executions_by_job;
DROP INDEX executions_by_schedule;
DROP INDEX executions_by_correlation;
DROP INDEX executions_by_progress;
DROP INDEX executions_with_error;
DROP INDEX executions_unhappy;
DROP INDEX executions_retryable;

CREATE INDEX executions_by_queued ON executions (queued_at, id, status, origin);
CREATE INDEX executions_by_task ON executions (task_id, queued_at, id, status, origin);
CREATE INDEX executions_by_started ON executions (started_at, id, queued_at, origin);
CREATE INDEX executions_by_completed ON executions (completed_at, id, queued_at, origin);
CREATE INDEX executions_by_duration ON executions (duration, id, queued_at, origin);
CREATE INDEX executions_by_status ON executions (status, id, origin);
CREATE INDEX executions_by_batch ON executions (batch_id, queued_at, id, origin) WHERE batch_id IS NOT NULL;
CREATE INDEX executions_by_job ON executions (job_id, queued_at, id, origin) WHERE job_id IS NOT NULL;
CREATE INDEX executions_by_schedule ON executions (schedule_id, queued_at, id, origin) WHERE schedule_id IS NOT NULL;
CREATE INDEX executions_by_correlation ON executions (correlation, queued_at, id, origin) WHERE correlation IS NOT NULL;
CREATE INDEX executions_by_progress ON executions (progress, queued_at, id, origin) WHERE progress IS NOT NULL;
CREATE INDEX executions_with_error ON executions (queued_at, id, origin) WHERE error IS NOT NULL;
CREATE INDEX executions_unhappy ON executions (status, queued_at, id, origin) WHERE status > 2;
CREATE INDEX executions_retryable ON executions (queued_at, id, task_id, origin) WHERE status > 2 AND origin <> 3;
CREATE INDEX executions_tests ON executions (queued_at, id, status, task_id) WHERE origin = 1;

-- The stretches of the orders: those of test runs have the number of the order plus 8.
DELETE FROM order_counts;

INSERT INTO order_counts
	SELECT 8 * (origin = 1), 1024, id - id % 1024, status, count(*) FROM executions INDEXED BY executions_by_status
	WHERE id <= (SELECT upto FROM counted) AND id NOT IN (SELECT id FROM uncounted) GROUP BY 1, 3, 4;

INSERT INTO order_counts
	SELECT 1 + 8 * (origin = 1), 3600000000, queued_at - (queued_at % 3600000000 + 3600000000) % 3600000000, status, count(*)
	FROM executions INDEXED BY executions_by_queued
	WHERE id <= (SELECT upto FROM counted) AND id NOT IN (SELECT id FROM uncounted) GROUP BY 1, 3, 4;

INSERT INTO order_counts
	SELECT 2 + 8 * (origin = 1), 3600000000, started_at - (started_at % 3600000000 + 3600000000) % 3600000000, -1, count(*)
	FROM executions INDEXED BY executions_by_started
	WHERE started_at IS NOT NULL AND id <= (SELECT upto FROM counted) AND id NOT IN (SELECT id FROM uncounted) GROUP BY 1, 3;

INSERT INTO order_counts
	SELECT 3 + 8 * (origin = 1), 3600000000, completed_at - (completed_at % 3600000000 + 3600000000) % 3600000000, -1, count(*)
	FROM executions INDEXED BY executions_by_completed
	WHERE completed_at IS NOT NULL AND id <= (SELECT upto FROM counted) AND id NOT IN (SELECT id FROM uncounted) GROUP BY 1, 3;

INSERT INTO order_counts
	SELECT 4 + 8 * (origin = 1), 0, coalesce((SELECT max(low) FROM duration_buckets WHERE low <= duration), 0), -1, count(*)
	FROM executions INDEXED BY executions_by_duration
	WHERE duration IS NOT NULL AND id <= (SELECT upto FROM counted) AND id NOT IN (SELECT id FROM uncounted) GROUP BY 1, 3;

INSERT INTO order_counts
	SELECT sort, 65536, start - start % 65536, status, sum(n) FROM order_counts WHERE sort % 8 = 0 GROUP BY 1, 3, 4;

INSERT INTO order_counts
	SELECT sort, 86400000000, start - (start % 86400000000 + 86400000000) % 86400000000, status, sum(n)
	FROM order_counts WHERE width = 3600000000 GROUP BY 1, 3, 4;
