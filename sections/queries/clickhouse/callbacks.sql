-- Callbacks about the load, newest first.
SELECT
	uuid, toString(sent, 'UTC') AS ts, fk_tracking_id, config_id, load_number, company_id,
	ext_url, ext_request_status, message_type, error_msg, attempt_count
FROM (
	SELECT
		uuid, ts AS sent, fk_tracking_id, config_id, load_number, company_id, ext_url,
		ext_request_status, message_type, error_msg, attempt_count
	FROM callbacks_v2
	WHERE ts >= toDateTime(:from, 'UTC') AND ts < toDateTime(:to, 'UTC')
		AND toString(fk_tracking_id) = :tracking_id
)
ORDER BY sent DESC, uuid
LIMIT 201
