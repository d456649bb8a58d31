-- The carrier's files of the load's days, as a bucket lists them.
SELECT
	key AS object_key,
	substr(key, length('edi/ea315/' || :carrier_id || '/2026-01-31/') + 1) AS file_name,
	size,
	last_modified,
	'STANDARD' AS storage
FROM objects
WHERE bucket = 'edi'
	AND key >= 'edi/ea315/' || :carrier_id || '/' || substr(:from, 1, 10)
	AND key < 'edi/ea315/' || :carrier_id || '/' || date(substr(:to, 1, 10), '+1 day')
ORDER BY key
LIMIT CAST(:limit AS integer)
