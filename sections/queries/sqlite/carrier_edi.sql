-- The original of a record's file, by the days between which it came and was read.
SELECT
	key AS object_key,
	content AS elements,
	:container_number AS container,
	:booking_number AS booking,
	:bol_number AS bol,
	:load_number AS load_number
FROM objects
WHERE bucket = 'backup'
	AND key LIKE 'super_files/' || :carrier_id || '/%/' || :edi_file
	AND substr(key, -length(:edi_file) - 11, 10)
		BETWEEN substr(coalesce(:edi_received, :edi_processed), 1, 10) AND substr(coalesce(:edi_processed, :edi_received), 1, 10)
ORDER BY key DESC
LIMIT 1
