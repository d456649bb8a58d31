-- What is known of a load from the attempts to create it, newest first.
SELECT
	m.load_id AS tracking_id, m.load_number, m.status, m.company_id AS shipper_id,
	COALESCE(m.shipper_name, m.company_name) AS shipper_name, m.carrier_id, m.carrier_name,
	m.modes AS load_mode, m.origin_city AS origin, m.dest_city AS destination,
	m.pickup_appointment_time AS origin_appointment_time,
	m.dest_appointment_time AS destination_appointment_time, m.stop_count, m.processed_at,
	m.error AS creation_error, 'validation mart' AS known_from, 'creation' AS match
FROM load_validation_data_mart m
WHERE m.load_number = :identifier
	OR m.load_id = CAST(:tracking_id_candidate AS integer)
ORDER BY m.processed_at DESC
LIMIT CAST(:limit AS integer)
