-- The identifiers of a load at sea, when nobody knows its configuration.
SELECT
	tracking_id AS config_id, container_number, tracking_method AS tracking_source, 1 AS active,
	0 AS multi_source, NULL AS sources, container_number AS identifier_container,
	booking_number AS identifier_booking, bol_number AS identifier_bol
FROM api_loads
WHERE tracking_id = :tracking_id AND tracking_method IN ('RPA', 'EDI', 'API')
LIMIT CAST(:limit AS integer)
