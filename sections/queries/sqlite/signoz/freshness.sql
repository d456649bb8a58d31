-- The newest line of the last two days.
SELECT MAX(timestamp) AS newest
FROM distributed_logs
WHERE timestamp >= (CAST(strftime('%s', :now) AS integer) - 172800) * 1000000000
