-- Attempts to create or change the load, newest first. By number too: an attempt
-- that failed has no load id.
SELECT
	m.load_id, m.company_id, m.company_name, m.load_number, m.status, m.error, m.processed_at,
	m.carrier_id, m.carrier_name, m.file_name, m.stop_count, m.origin_stop_name,
	m.origin_city, m.origin_country, m.pickup_appointment_time, m.dest_stop_name,
	m.dest_city, m.dest_country, m.dest_appointment_time, m.modes, m.shipper_name
FROM hadoop.load_validation_data_mart m
WHERE m.load_id = CAST(:tracking_id AS bigint)
	OR m.load_number = COALESCE(CAST(:load_number AS varchar), CAST(:load_number_candidate AS varchar))
ORDER BY m.processed_at DESC
LIMIT CAST(:limit AS integer)
