-- The days that are there: of the partitions, so that no data is read.
SELECT MIN(datestr) AS oldest, MAX(datestr) AS newest
FROM "callbacks_v2$partitions"
