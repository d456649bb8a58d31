-- Warnings and errors that name the load, newest first, at most 20 of each service.
SELECT timestamp, severity, service, trace_id, body
FROM (
	SELECT
		timestamp, severity_text AS severity, service_name AS service, trace_id, body,
		row_number() OVER (PARTITION BY service_name ORDER BY timestamp DESC) AS nth
	FROM distributed_logs
	WHERE timestamp >= CAST(strftime('%s', :from) AS integer) * 1000000000
		AND timestamp < CAST(strftime('%s', :to) AS integer) * 1000000000
		AND upper(severity_text) IN ('WARN', 'WARNING', 'ERROR', 'CRITICAL', 'FATAL')
		AND instr(',' || COALESCE(:log_services, 'integrations-worker,carrier-files-worker,global-worker-ex,location-worker,tracking-service,tracking-service-external,ocean-datahub,ocean-worker,mmcuw,multimodel_carrier_updates_worker,multimodal_carrier_updates_worker,multimodal-carrier-updates-worker,cfw-eld-data,global-worker-tracking,callback_delivery_service') || ',', ',' || service_name || ',') > 0
		AND (instr(body, :tracking_id) > 0
			OR instr(body, COALESCE(:load_number, :identifier)) > 0)
)
WHERE nth <= 20
ORDER BY timestamp DESC
LIMIT CAST(:limit AS integer)
