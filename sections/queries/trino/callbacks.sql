-- Callbacks about the load, newest first. The partition is a day in text; one more on
-- each side, as a row may lie in the partition of the day on which it was written.
SELECT
	uuid, CAST(ts AS varchar) AS ts, fk_tracking_id, config_id, load_number, company_id,
	ext_url, ext_request_status, message_type, error_msg
FROM callbacks_v2
WHERE datestr >= CAST(CAST(CAST(:from AS timestamp) - INTERVAL '1' DAY AS date) AS varchar)
	AND datestr <= CAST(CAST(CAST(:to AS timestamp) + INTERVAL '1' DAY AS date) AS varchar)
	AND ts >= CAST(:from AS timestamp) AND ts < CAST(:to AS timestamp)
	AND CAST(fk_tracking_id AS varchar) = :tracking_id
ORDER BY ts DESC, uuid
LIMIT 201
