-- Every line that carries the message's correlation id, whatever service wrote it, on the
-- days around the moment at which it was seen. Where the lake's log table has another name,
-- a query of your own replaces this.
SELECT
	CAST(timestamp AS varchar) AS timestamp, severity_text AS severity, service_name AS service,
	trace_id, body
FROM logs
WHERE datestr >= CAST(date_add('day', -1, CAST(substr(coalesce(:trace_at, :from), 1, 10) AS date)) AS varchar)
	AND datestr <= CAST(date_add('day', 1, CAST(substr(coalesce(:trace_at, :to), 1, 10) AS date)) AS varchar)
	AND timestamp >= CAST(:from AS timestamp) AND timestamp < CAST(:to AS timestamp)
	AND strpos(body, CAST(:trace_correlation AS varchar)) > 0
ORDER BY 1
LIMIT 201
