-- Loads that carrier records with this container, booking or bill of lading were
-- matched to.
WITH p AS (
	SELECT
		CAST(:document_candidate AS varchar) AS document,
		CAST(:identifier AS varchar) AS typed
), records AS (
	SELECT
		r.matched_load_id AS load_id,
		MAX(r.container_number) AS container_number,
		MAX(r.booking_number) AS booking_number,
		MAX(r.bill_of_lading) AS bol_number,
		MIN(CASE
			WHEN r.container_number IN (p.document, p.typed) THEN 'by container'
			WHEN r.booking_number IN (p.document, p.typed) THEN 'by booking'
			ELSE 'by BOL'
		END) AS match
	FROM hadoop.fact_carrier_record_logs r CROSS JOIN p
	WHERE r.matched_load_id IS NOT NULL
		AND (r.container_number IN (p.document, p.typed)
			OR r.booking_number IN (p.document, p.typed)
			OR r.bill_of_lading IN (p.document, p.typed))
	GROUP BY r.matched_load_id
)
SELECT
	l.load_id AS tracking_id, l.load_number, l.display_load_number, l.pro_number,
	l.shipper_id, sh.name AS shipper_name, l.carrier_id, ca.name AS carrier_name,
	l.managing_carrier_id, l.status, l.created_at, l.terminated_at, l.delivered_at,
	l.first_ping_time AS first_check_call_at,
	l.latest_check_call_time AS latest_check_call_at,
	COALESCE(l.load_mode, l.modes) AS load_mode, l.relay_load, l.reference_numbers, l.tags,
	r.container_number, r.booking_number, r.bol_number,
	'warehouse' AS known_from, r.match
FROM records r
JOIN platform.fact_loads l ON l.load_id = r.load_id
LEFT JOIN pgs_company.companies sh ON sh.permalink = l.shipper_id
LEFT JOIN pgs_company.companies ca ON ca.permalink = l.carrier_id
WHERE l.is_deleted = false
ORDER BY l.created_at DESC, l.load_id
LIMIT 20
