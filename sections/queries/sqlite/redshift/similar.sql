-- Loads of the carrier that were created in the last seven days: how many of how many
-- await tracking information, in all and by the day; and the newest of those that do.
WITH p AS (
	SELECT
		strftime('%Y-%m-%d %H:%M:%S', :now, '-7 days') AS window_from,
		strftime('%Y-%m-%d %H:%M:%S', :now) AS window_to
), loads AS (
	SELECT
		l.load_id, l.load_number, l.shipper_id, l.status, l.created_at,
		date(l.created_at) AS day,
		CASE lower(replace(replace(l.status, ' ', ''), '_', ''))
			WHEN 'awaitingtrackinginfo' THEN l.load_id
		END AS waiting_id
	FROM fact_loads l CROSS JOIN p
	WHERE l.carrier_id = :carrier_id
		AND l.is_deleted = 0
		AND l.created_at >= p.window_from
		AND l.created_at <= p.window_to
), others AS (
	SELECT
		load_id, load_number, shipper_id, status, created_at, day,
		row_number() OVER (ORDER BY created_at DESC, load_id DESC) AS place
	FROM loads
	WHERE waiting_id IS NOT NULL AND CAST(load_id AS text) <> COALESCE(:tracking_id, '')
), told AS (
	SELECT
		'window' AS kind, NULL AS day, COUNT(DISTINCT waiting_id) AS waiting,
		COUNT(DISTINCT load_id) AS loads, NULL AS tracking_id, NULL AS load_number,
		NULL AS shipper_id, NULL AS status, NULL AS created_at
	FROM loads
	UNION ALL
	SELECT
		'day', day, COUNT(DISTINCT waiting_id), COUNT(DISTINCT load_id),
		NULL, NULL, NULL, NULL, NULL
	FROM loads
	GROUP BY day
	UNION ALL
	SELECT 'load', day, NULL, NULL, load_id, load_number, shipper_id, status, created_at
	FROM others
	WHERE place <= 20
)
SELECT
	t.kind, t.day, t.waiting, t.loads, t.tracking_id, t.load_number, t.status, t.created_at,
	t.shipper_id, sh.name AS shipper_name, p.window_from, p.window_to
FROM told t
CROSS JOIN p
LEFT JOIN companies sh ON sh.permalink = t.shipper_id
ORDER BY
	CASE t.kind WHEN 'window' THEN 1 WHEN 'day' THEN 2 ELSE 3 END,
	t.created_at DESC, t.day DESC, t.tracking_id DESC
