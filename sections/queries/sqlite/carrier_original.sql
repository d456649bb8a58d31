-- The original of a record's file, by the days between which it came and was read.
SELECT
	key AS object_key,
	last_modified AS stored_at,
	content AS text,
	:original_record AS record,
	:container_number AS container,
	:booking_number AS booking,
	:bol_number AS bol,
	:load_number AS load_number
FROM objects
WHERE bucket = 'backup'
	AND key LIKE 'super_files/' || :carrier_id || '/%/' || :original_file
	AND substr(key, -length(:original_file) - 11, 10)
		BETWEEN substr(coalesce(:original_received, :original_processed), 1, 10) AND substr(coalesce(:original_processed, :original_received), 1, 10)
ORDER BY key DESC
LIMIT 1
