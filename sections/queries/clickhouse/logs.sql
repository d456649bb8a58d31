-- Warnings and errors that name the load, newest first, at most 20 of each service.
-- The parameter log_services (comma-separated) replaces the list.
SELECT timestamp, severity_text AS severity, service_name AS service, trace_id, body
FROM distributed_logs
WHERE timestamp >= toUInt64(toDateTime(:from, 'UTC')) * 1000000000
	AND timestamp < toUInt64(toDateTime(:to, 'UTC')) * 1000000000
	AND upper(severity_text) IN ('WARN', 'WARNING', 'ERROR', 'CRITICAL', 'FATAL')
	AND has(splitByChar(',', coalesce(:log_services, 'integrations-worker,carrier-files-worker,global-worker-ex,location-worker,tracking-service,tracking-service-external,ocean-datahub,ocean-worker,mmcuw,multimodel_carrier_updates_worker,multimodal_carrier_updates_worker,multimodal-carrier-updates-worker,cfw-eld-data,global-worker-tracking,callback_delivery_service')), service_name)
	AND (position(body, :tracking_id) > 0
		OR position(body, coalesce(:load_number, :identifier)) > 0)
ORDER BY timestamp DESC
LIMIT 20 BY service_name
LIMIT 201
