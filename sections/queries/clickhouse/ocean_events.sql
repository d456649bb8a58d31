-- Log lines of the multimodal worker about the load, newest first. The worker's name
-- has many spellings: the parameter ocean_services (comma-separated) replaces the
-- list. Newer SigNoz versions call the column resource_string_service$$name.
SELECT timestamp AS known_at, service_name AS service, trace_id, body
FROM distributed_logs
WHERE timestamp >= toUInt64(toDateTime(:from, 'UTC')) * 1000000000
	AND timestamp < toUInt64(toDateTime(:to, 'UTC')) * 1000000000
	AND has(splitByChar(',', coalesce(:ocean_services, 'multimodel_carrier_updates_worker,multimodal_carrier_updates_worker,multimodal-carrier-updates-worker,mmcuw,ocean-worker')), service_name)
	AND (position(body, 'PROCESS_OCEAN') > 0
		OR position(body, 'PROCESS_TRACKING_REFERENCE') > 0
		OR position(body, 'OCEAN_ALERT') > 0)
	AND (position(body, :tracking_id) > 0
		OR position(body, :container_number) > 0
		OR position(body, :booking_number) > 0
		OR position(body, :bol_number) > 0)
ORDER BY timestamp DESC
LIMIT 1001
