-- Every line that carries the message's correlation id, whatever service wrote it, on the
-- days around the moment at which it was seen.
SELECT
	CAST(timestamp AS varchar) AS timestamp, severity_text AS severity, service_name AS service,
	trace_id, body
FROM logs
WHERE datestr >= CAST(date_add('day', -1, from_iso8601_date(substr(COALESCE(CAST(:trace_at AS varchar), :from), 1, 10))) AS varchar)
	AND datestr <= CAST(date_add('day', 1, from_iso8601_date(substr(COALESCE(CAST(:trace_at AS varchar), :to), 1, 10))) AS varchar)
	AND substr(replace(CAST(timestamp AS varchar), 'T', ' '), 1, 19) >= :from
	AND substr(replace(CAST(timestamp AS varchar), 'T', ' '), 1, 19) < :to
	AND strpos(body, CAST(:trace_correlation AS varchar)) > 0
ORDER BY 1
LIMIT 201
