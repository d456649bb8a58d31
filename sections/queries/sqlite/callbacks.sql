-- Callbacks about the load, newest first.
SELECT
	uuid, ts, fk_tracking_id, config_id, load_number, company_id, ext_url,
	ext_request_status, message_type, error_msg, attempt_count
FROM callbacks_v2
WHERE fk_tracking_id = :tracking_id AND ts >= :from AND ts < :to
ORDER BY ts DESC, uuid
LIMIT CAST(:limit AS integer)
