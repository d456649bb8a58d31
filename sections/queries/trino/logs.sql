-- Warnings and errors that name the load, newest first, at most 20 of each service.
-- The parameter log_services (comma-separated) replaces the list. Where the lake's log
-- table has another name, a query of your own replaces this. The partition is a day in
-- text; one more on each side, as a line may lie in the partition of the day on which
-- it was written.
SELECT CAST(timestamp AS varchar) AS timestamp, severity, service, trace_id, body
FROM (
	SELECT
		timestamp, severity_text AS severity, service_name AS service, trace_id, body,
		row_number() OVER (PARTITION BY service_name ORDER BY timestamp DESC) AS place
	FROM logs
	WHERE datestr >= CAST(CAST(CAST(:from AS timestamp) - INTERVAL '1' DAY AS date) AS varchar)
		AND datestr <= CAST(CAST(CAST(:to AS timestamp) + INTERVAL '1' DAY AS date) AS varchar)
		AND timestamp >= CAST(:from AS timestamp) AND timestamp < CAST(:to AS timestamp)
		AND upper(severity_text) IN ('WARN', 'WARNING', 'ERROR', 'CRITICAL', 'FATAL')
		AND contains(split(coalesce(:log_services, 'integrations-worker,carrier-files-worker,global-worker-ex,location-worker,tracking-service,tracking-service-external,ocean-datahub,ocean-worker,mmcuw,multimodel_carrier_updates_worker,multimodal_carrier_updates_worker,multimodal-carrier-updates-worker,cfw-eld-data,global-worker-tracking,callback_delivery_service'), ','), service_name)
		AND (strpos(body, CAST(:tracking_id AS varchar)) > 0
			OR strpos(body, CAST(coalesce(:load_number, :identifier) AS varchar)) > 0)
) l
WHERE place <= 20
ORDER BY l.timestamp DESC
LIMIT 201
