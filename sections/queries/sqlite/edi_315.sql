-- One file, and what the load is known by.
SELECT
	key AS object_key,
	content AS elements,
	:container_number AS container,
	:booking_number AS booking,
	:bol_number AS bol,
	:load_number AS load_number
FROM objects
WHERE bucket = 'edi' AND key = :edi_key
LIMIT CAST(:limit AS integer)
