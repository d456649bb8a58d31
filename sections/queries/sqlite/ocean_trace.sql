-- Every line that carries the message's correlation id, whatever service wrote it, within a
-- day of the moment at which it was seen.
SELECT timestamp, severity_text AS severity, service_name AS service, trace_id, body
FROM distributed_logs
WHERE timestamp >= CAST(strftime('%s', :from) AS integer) * 1000000000
	AND timestamp < CAST(strftime('%s', :to) AS integer) * 1000000000
	AND timestamp >= (CAST(strftime('%s', COALESCE(:trace_at, :from)) AS integer) - 86400) * 1000000000
	AND timestamp < (CAST(strftime('%s', COALESCE(:trace_at, :to)) AS integer) + 86400) * 1000000000
	AND instr(body, :trace_correlation) > 0
ORDER BY timestamp
LIMIT CAST(:limit AS integer)
