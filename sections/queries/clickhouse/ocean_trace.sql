-- Every line that carries the message's correlation id, whatever service wrote it, within a
-- day of the moment at which it was seen.
SELECT timestamp, severity_text AS severity, service_name AS service, trace_id, body
FROM distributed_logs
WHERE timestamp >= toUInt64(toDateTime(:from, 'UTC')) * 1000000000
	AND timestamp < toUInt64(toDateTime(:to, 'UTC')) * 1000000000
	AND timestamp >= (toUInt64(toDateTime(replaceAll(substring(coalesce(:trace_at, :from), 1, 19), 'T', ' '), 'UTC')) - 86400) * 1000000000
	AND timestamp < (toUInt64(toDateTime(replaceAll(substring(coalesce(:trace_at, :to), 1, 19), 'T', ' '), 'UTC')) + 86400) * 1000000000
	AND position(body, coalesce(:trace_correlation, '')) > 0
ORDER BY timestamp
LIMIT 201
