-- Statistics and totals come from counters. They hold the ended executions up
-- to a number, except those that had not ended when it was reached; what they
-- do not hold is counted when asked. So no write of an execution touches them.

-- Lower bounds of the histogram of durations, in microseconds: exact to 16,
-- then eight for each power of two.
CREATE TABLE duration_buckets (low INTEGER PRIMARY KEY);

INSERT INTO duration_buckets
	WITH RECURSIVE shift(s) AS (SELECT 1 UNION ALL SELECT s + 1 FROM shift WHERE s < 56),
		step(k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM step WHERE k < 15)
	SELECT k FROM step UNION ALL SELECT (8 + k) << s FROM shift, step WHERE k < 8;

-- The names under which tasks have run.
CREATE TABLE task_names (
	id        INTEGER PRIMARY KEY,
	task_id   BLOB NOT NULL,
	task_name BLOB NOT NULL,
	UNIQUE (task_id, task_name)
);

-- What is counted: everything and each task by the hour and by the day, and
-- each task in all.
CREATE TABLE count_spans (
	span  INTEGER PRIMARY KEY,
	width INTEGER NOT NULL, -- microseconds
	tasks INTEGER NOT NULL -- 1 = each task by itself
);

INSERT INTO count_spans VALUES (0, 3600000000, 0), (1, 3600000000, 1), (2, 86400000000, 0), (3, 86400000000, 1), (4, 9223372036854775807, 1);

CREATE TABLE execution_counts (
	span  INTEGER NOT NULL, -- count_spans.span
	task  INTEGER NOT NULL, -- task_names.id, 0 = all
	start INTEGER NOT NULL, -- queued_at / width
	cells BLOB NOT NULL, -- status, bucket (-1 = no duration), number and sum of durations, and so on, with spaces between
	PRIMARY KEY (span, task, start)
) WITHOUT ROWID;

CREATE TABLE task_counts (
	task   INTEGER NOT NULL, -- task_names.id
	status INTEGER NOT NULL,
	n      INTEGER NOT NULL,
	PRIMARY KEY (task, status)
) WITHOUT ROWID;

CREATE TABLE counted (
	id   INTEGER PRIMARY KEY CHECK (id = 1),
	upto INTEGER NOT NULL -- executions.id
);

-- Those of them that are not in the counters.
CREATE TABLE uncounted (id INTEGER PRIMARY KEY); -- executions.id

INSERT INTO counted SELECT 1, coalesce(max(id), 0) FROM executions;

INSERT INTO uncounted SELECT id FROM executions WHERE status < 2;

INSERT INTO task_names (task_id, task_name) SELECT DISTINCT task_id, task_name FROM executions;

CREATE TEMP TABLE ended_hours AS
	SELECT t.id AS task, x.queued_at / 3600000000 * 3600000000 AS hour, x.status AS status,
		CASE WHEN x.duration IS NULL THEN -1 ELSE coalesce((SELECT max(low) FROM duration_buckets WHERE low <= x.duration), 0) END AS low,
		count(*) AS n, coalesce(sum(x.duration), 0) AS total
	FROM executions AS x JOIN task_names AS t ON t.task_id = x.task_id AND t.task_name = x.task_name
	WHERE x.status >= 2 GROUP BY 1, 2, 3, 4;

INSERT INTO execution_counts
	SELECT span, task, start, CAST(group_concat(status || ' ' || low || ' ' || n || ' ' || total, ' ') AS BLOB) FROM (
		SELECT s.span AS span, s.tasks * c.task AS task, c.hour / s.width AS start, c.status AS status, c.low AS low, sum(c.n) AS n, sum(c.total) AS total
		FROM temp.ended_hours AS c, count_spans AS s GROUP BY 1, 2, 3, 4, 5)
	GROUP BY 1, 2, 3;

INSERT INTO task_counts SELECT task, status, sum(n) FROM temp.ended_hours GROUP BY 1, 2;

DROP TABLE temp.ended_hours;

-- Indexes that answer each order with its ties (id) and hold what lists test
-- most, so that rows are read for the page shown only.
DROP INDEX executions_by_queued;
DROP INDEX executions_by_task;
DROP INDEX executions_by_end;
DROP INDEX executions_active;
DROP INDEX executions_by_batch;
DROP INDEX executions_by_job;
DROP INDEX executions_by_schedule;
DROP INDEX executions_by_correlation;

CREATE INDEX executions_by_queued ON executions (queued_at, id, status);
CREATE INDEX executions_by_task ON executions (task_id, queued_at, id, status);
CREATE INDEX executions_by_started ON executions (started_at, id, queued_at);
CREATE INDEX executions_by_completed ON executions (completed_at, id, queued_at);
CREATE INDEX executions_by_duration ON executions (duration, id, queued_at);
CREATE INDEX executions_by_status ON executions (status);
CREATE INDEX executions_by_batch ON executions (batch_id, queued_at) WHERE batch_id IS NOT NULL;
CREATE INDEX executions_by_job ON executions (job_id, queued_at) WHERE job_id IS NOT NULL;
CREATE INDEX executions_by_schedule ON executions (schedule_id, queued_at) WHERE schedule_id IS NOT NULL;
CREATE INDEX executions_by_correlation ON executions (correlation, queued_at) WHERE correlation IS NOT NULL;
CREATE INDEX executions_by_progress ON executions (progress, queued_at) WHERE progress IS NOT NULL;
-- Where a clock was stepped: normally empty, and then a list by start is near one by queue.
CREATE INDEX executions_odd ON executions (id) WHERE started_at < queued_at OR completed_at < queued_at;

CREATE INDEX executions_with_error ON executions (queued_at) WHERE error IS NOT NULL;
