-- errors_per_10s.sql -- requests and errors per 10 seconds of a log that is still growing.
--
--   tail -n +1 -F app.log | weir docs/examples/errors_per_10s.sql
--
-- A line is JSON: {"ts": "2026-11-21 10:00:00.000", "status": 200, "path": "/"}.  A window is printed as
-- soon as a line comes that is two seconds past its end.
CREATE TABLE requests (
  ts     TIMESTAMP(3),
  status INT,
  path   STRING,
  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND
) WITH ('connector' = 'stdin', 'format' = 'json');

SELECT window_start, COUNT(*) AS requests, COUNT(*) FILTER (WHERE status >= 500) AS errors
FROM TABLE(TUMBLE(TABLE requests, DESCRIPTOR(ts), INTERVAL '10' SECOND))
GROUP BY window_start, window_end;
