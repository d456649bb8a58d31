-- Warnings and errors that name the load, newest first, at most 20 of each service.
-- The parameter log_services (comma-separated) replaces the list. The archive keeps
-- the columns of the log store, with times as text.
SELECT timestamp, severity, service, trace_id, body
FROM (
	SELECT
		CAST(timestamp AS varchar) AS timestamp, severity_text AS severity,
		service_name AS service, trace_id, body,
		row_number() OVER (PARTITION BY service_name ORDER BY timestamp DESC) AS nth
	FROM logs
	WHERE datestr >= CAST(date_add('day', -1, from_iso8601_date(substr(:from, 1, 10))) AS varchar)
		AND datestr <= CAST(date_add('day', 1, from_iso8601_date(substr(:to, 1, 10))) AS varchar)
		AND substr(replace(CAST(timestamp AS varchar), 'T', ' '), 1, 19) >= :from
		AND substr(replace(CAST(timestamp AS varchar), 'T', ' '), 1, 19) < :to
		AND upper(severity_text) IN ('WARN', 'WARNING', 'ERROR', 'CRITICAL', 'FATAL')
		AND strpos(',' || COALESCE(CAST(:log_services AS varchar), 'integrations-worker,carrier-files-worker,global-worker-ex,location-worker,tracking-service,tracking-service-external,ocean-datahub,ocean-worker,mmcuw,multimodel_carrier_updates_worker,multimodal_carrier_updates_worker,multimodal-carrier-updates-worker,cfw-eld-data,global-worker-tracking,callback_delivery_service') || ',', ',' || service_name || ',') > 0
		AND (strpos(body, CAST(:tracking_id AS varchar)) > 0
			OR strpos(body, CAST(COALESCE(:load_number, :identifier) AS varchar)) > 0)
)
WHERE nth <= 20
ORDER BY timestamp DESC
LIMIT 201
