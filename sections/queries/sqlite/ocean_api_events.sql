-- The ocean API's own view of the container.
SELECT
	event_code, event_name, event_time, location AS place, vessel, voyage, source,
	received_at AS known_at
FROM api_ocean_events
WHERE container_number = :container_number
	OR booking_number = :booking_number
	OR bol_number = :bol_number
ORDER BY received_at DESC
LIMIT CAST(:limit AS integer)
