-- Callbacks about the load, newest first. `ts` may be a timestamp or text, with a blank
-- or a T between date and time; the partition column bounds what is scanned.
SELECT
	uuid, CAST(ts AS varchar) AS ts, fk_tracking_id, config_id, load_number, company_id,
	ext_url, ext_request_status, message_type, error_msg
FROM callbacks_v2
WHERE datestr >= CAST(date_add('day', -1, from_iso8601_date(substr(:from, 1, 10))) AS varchar)
	AND datestr <= CAST(date_add('day', 1, from_iso8601_date(substr(:to, 1, 10))) AS varchar)
	AND substr(replace(CAST(ts AS varchar), 'T', ' '), 1, 19) >= :from
	AND substr(replace(CAST(ts AS varchar), 'T', ' '), 1, 19) < :to
	AND CAST(fk_tracking_id AS varchar) = :tracking_id
ORDER BY 2 DESC, uuid
LIMIT 201
