-- Log lines of the multimodal worker about the load, newest first. The worker's name
-- has many spellings: the parameter ocean_services (comma-separated) replaces the
-- list. Where the lake's log table has another name, a query of your own replaces this.
-- The partition is a day in text; one more on each side, as a line may lie in the
-- partition of the day on which it was written.
SELECT CAST(timestamp AS varchar) AS known_at, service_name AS service, trace_id, body
FROM logs
WHERE datestr >= CAST(CAST(CAST(:from AS timestamp) - INTERVAL '1' DAY AS date) AS varchar)
	AND datestr <= CAST(CAST(CAST(:to AS timestamp) + INTERVAL '1' DAY AS date) AS varchar)
	AND timestamp >= CAST(:from AS timestamp) AND timestamp < CAST(:to AS timestamp)
	AND contains(split(coalesce(:ocean_services, 'multimodel_carrier_updates_worker,multimodal_carrier_updates_worker,multimodal-carrier-updates-worker,mmcuw,ocean-worker'), ','), service_name)
	AND (strpos(body, 'PROCESS_OCEAN') > 0
		OR strpos(body, 'PROCESS_TRACKING_REFERENCE') > 0
		OR strpos(body, 'OCEAN_ALERT') > 0)
	AND (strpos(body, CAST(:tracking_id AS varchar)) > 0
		OR strpos(body, CAST(:container_number AS varchar)) > 0
		OR strpos(body, CAST(:booking_number AS varchar)) > 0
		OR strpos(body, CAST(:bol_number AS varchar)) > 0)
ORDER BY timestamp DESC
LIMIT 1001
