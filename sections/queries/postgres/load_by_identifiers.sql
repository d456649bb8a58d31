-- Loads with this id or number; only those of the best match are kept, so that a
-- short number does not drag in every load that contains it.
WITH p AS (
	SELECT
		CAST(:tracking_id_candidate AS bigint) AS id,
		CAST(:identifier AS varchar) AS typed,
		CAST(:pro_candidate AS varchar) AS pro
), hits AS (
	SELECT
		l.load_id, l.load_number, l.display_load_number, l.pro_number, l.shipper_id,
		l.carrier_id, l.managing_carrier_id, l.status, l.created_at, l.terminated_at,
		l.delivered_at, l.first_ping_time, l.latest_check_call_time, l.load_mode, l.modes,
		l.relay_load, l.reference_numbers, l.tags,
		CASE
			WHEN l.load_id = p.id THEN 1
			WHEN l.load_number = p.typed THEN 2
			WHEN l.display_load_number = p.typed THEN 3
			WHEN l.pro_number = p.typed OR l.pro_number = p.pro THEN 4
			WHEN right(l.load_number, length(p.typed)) = p.typed THEN 5
			WHEN right(l.display_load_number, length(p.typed)) = p.typed THEN 5
			ELSE 6
		END AS match_rank
	FROM platform.fact_loads l CROSS JOIN p
	WHERE l.is_deleted = false
		AND (l.load_id = p.id
			OR l.load_number = p.typed
			OR l.display_load_number = p.typed
			OR l.pro_number = p.typed
			OR l.pro_number = p.pro
			OR (length(p.typed) >= 5
				AND (position(p.typed IN l.load_number) > 0
					OR position(p.typed IN l.display_load_number) > 0
					OR position(p.typed IN l.pro_number) > 0)))
), best AS (
	SELECT * FROM hits WHERE match_rank = (SELECT MIN(match_rank) FROM hits)
), stops AS (
	SELECT s.load_id, COUNT(*) AS stop_count
	FROM platform.fact_stops s
	WHERE s.load_id IN (SELECT load_id FROM best)
	GROUP BY s.load_id
)
SELECT
	b.load_id AS tracking_id, b.load_number, b.display_load_number, b.pro_number,
	b.shipper_id, sh.name AS shipper_name, b.carrier_id, ca.name AS carrier_name,
	b.managing_carrier_id, b.status, b.created_at, b.terminated_at, b.delivered_at,
	b.first_ping_time AS first_check_call_at,
	b.latest_check_call_time AS latest_check_call_at,
	COALESCE(b.load_mode, b.modes) AS load_mode, b.relay_load, b.reference_numbers, b.tags,
	st.stop_count, 'warehouse' AS known_from,
	CASE b.match_rank
		WHEN 1 THEN 'tracking id'
		WHEN 2 THEN 'load number'
		WHEN 3 THEN 'display number'
		WHEN 4 THEN 'PRO'
		WHEN 5 THEN 'ends with it'
		ELSE 'contains it'
	END AS match
FROM best b
LEFT JOIN stops st ON st.load_id = b.load_id
LEFT JOIN pgs_company.companies sh ON sh.permalink = b.shipper_id
LEFT JOIN pgs_company.companies ca ON ca.permalink = b.carrier_id
ORDER BY b.created_at DESC, b.load_id
LIMIT 20
