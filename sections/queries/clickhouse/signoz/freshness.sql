-- The newest line of the last two days.
SELECT nullIf(max(timestamp), 0) AS newest
FROM distributed_logs
WHERE timestamp >= (toUInt64(toDateTime(:now, 'UTC')) - 172800) * 1000000000
