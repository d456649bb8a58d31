-- Log lines of the multimodal worker about the load, newest first. The worker's name
-- has many spellings: the parameter ocean_services (comma-separated) replaces the
-- list. The archive keeps the columns of the log store, with times as text.
SELECT CAST(timestamp AS varchar) AS known_at, service_name AS service, trace_id, body
FROM logs
WHERE datestr >= CAST(date_add('day', -1, from_iso8601_date(substr(:from, 1, 10))) AS varchar)
	AND datestr <= CAST(date_add('day', 1, from_iso8601_date(substr(:to, 1, 10))) AS varchar)
	AND substr(replace(CAST(timestamp AS varchar), 'T', ' '), 1, 19) >= :from
	AND substr(replace(CAST(timestamp AS varchar), 'T', ' '), 1, 19) < :to
	AND strpos(',' || COALESCE(CAST(:ocean_services AS varchar), 'multimodel_carrier_updates_worker,multimodal_carrier_updates_worker,multimodal-carrier-updates-worker,mmcuw,ocean-worker') || ',', ',' || service_name || ',') > 0
	AND (strpos(body, 'PROCESS_OCEAN') > 0
		OR strpos(body, 'PROCESS_TRACKING_REFERENCE') > 0
		OR strpos(body, 'OCEAN_ALERT') > 0)
	AND (strpos(body, CAST(:tracking_id AS varchar)) > 0
		OR strpos(body, CAST(:container_number AS varchar)) > 0
		OR strpos(body, CAST(:booking_number AS varchar)) > 0
		OR strpos(body, CAST(:bol_number AS varchar)) > 0)
ORDER BY 1 DESC
LIMIT 1001
