-- dpkg_per_hour.sql -- package actions per hour, from Debian's own log.
--
--   weir docs/examples/dpkg_per_hour.sql < /var/log/dpkg.log
--
-- A line is "2026-11-21 10:46:30 status installed libc-bin:amd64 2.36-9": six columns split by blanks.
-- The lines "startup packages configure" have five; they are counted as malformed and skipped.
CREATE TABLE dpkg (
  log_day   STRING,
  log_time  STRING,
  action    STRING,
  package   STRING,
  version_1 STRING,
  version_2 STRING,
  ts AS TO_TIMESTAMP(log_day || ' ' || log_time),
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND
) WITH (
  'connector' = 'stdin',
  'format' = 'csv',
  'csv.field-delimiter' = ' ',
  'csv.disable-quote-character' = 'true'
);

SELECT window_start, action, COUNT(*) AS actions
FROM TABLE(TUMBLE(TABLE dpkg, DESCRIPTOR(ts), INTERVAL '1' HOUR))
GROUP BY window_start, window_end, action;
