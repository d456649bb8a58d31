-- The days that are there.
SELECT MIN(substr(ts, 1, 10)) AS oldest, MAX(substr(ts, 1, 10)) AS newest
FROM callbacks_v2
