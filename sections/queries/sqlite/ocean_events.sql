-- Log lines of the multimodal worker about the load, newest first.
SELECT timestamp AS known_at, service_name AS service, trace_id, body
FROM distributed_logs
WHERE timestamp >= CAST(strftime('%s', :from) AS integer) * 1000000000
	AND timestamp < CAST(strftime('%s', :to) AS integer) * 1000000000
	AND instr(',' || COALESCE(:ocean_services, 'multimodel_carrier_updates_worker,multimodal_carrier_updates_worker,multimodal-carrier-updates-worker,mmcuw,ocean-worker') || ',', ',' || service_name || ',') > 0
	AND (instr(body, 'PROCESS_OCEAN') > 0
		OR instr(body, 'PROCESS_TRACKING_REFERENCE') > 0
		OR instr(body, 'OCEAN_ALERT') > 0)
	AND (instr(body, :tracking_id) > 0
		OR instr(body, :container_number) > 0
		OR instr(body, :booking_number) > 0
		OR instr(body, :bol_number) > 0)
ORDER BY timestamp DESC
LIMIT CAST(:limit AS integer)
