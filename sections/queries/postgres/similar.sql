-- Loads of the carrier that were created in the last seven days: how many of how many
-- await tracking information, in all and by the day; and the newest of those that do.
WITH p AS (
	SELECT
		CAST(:carrier_id AS varchar) AS carrier_id,
		CAST(:tracking_id AS varchar) AS tracking_id,
		CAST(:now AS timestamp) - INTERVAL '7 days' AS window_from,
		CAST(:now AS timestamp) AS window_to
), loads AS (
	SELECT
		l.load_id, l.load_number, l.shipper_id, l.status, l.created_at,
		CAST(l.created_at AS date) AS day,
		CASE LOWER(REPLACE(REPLACE(l.status, ' ', ''), '_', ''))
			WHEN 'awaitingtrackinginfo' THEN l.load_id
		END AS waiting_id
	FROM platform.fact_loads l CROSS JOIN p
	WHERE l.carrier_id = p.carrier_id
		AND l.is_deleted = false
		AND l.created_at >= p.window_from
		AND l.created_at <= p.window_to
), others AS (
	SELECT
		w.load_id, w.load_number, w.shipper_id, w.status, w.created_at, w.day,
		ROW_NUMBER() OVER (ORDER BY w.created_at DESC, w.load_id DESC) AS place
	FROM loads w CROSS JOIN p
	WHERE w.waiting_id IS NOT NULL
		AND CAST(w.load_id AS varchar) <> COALESCE(p.tracking_id, '')
), told AS (
	SELECT
		CAST('window' AS varchar) AS kind, CAST(NULL AS date) AS day,
		COUNT(DISTINCT waiting_id) AS waiting, COUNT(DISTINCT load_id) AS loads,
		CAST(NULL AS bigint) AS tracking_id, CAST(NULL AS varchar) AS load_number,
		CAST(NULL AS varchar) AS shipper_id, CAST(NULL AS varchar) AS status,
		CAST(NULL AS timestamp) AS created_at
	FROM loads
	UNION ALL
	SELECT
		CAST('day' AS varchar), day, COUNT(DISTINCT waiting_id), COUNT(DISTINCT load_id),
		CAST(NULL AS bigint), CAST(NULL AS varchar), CAST(NULL AS varchar),
		CAST(NULL AS varchar), CAST(NULL AS timestamp)
	FROM loads
	GROUP BY day
	UNION ALL
	SELECT
		CAST('load' AS varchar), day, CAST(NULL AS bigint), CAST(NULL AS bigint),
		load_id, load_number, shipper_id, status, created_at
	FROM others
	WHERE place <= 20
)
SELECT
	t.kind, t.day, t.waiting, t.loads, t.tracking_id, t.load_number, t.status, t.created_at,
	t.shipper_id, sh.name AS shipper_name, p.window_from, p.window_to
FROM told t
CROSS JOIN p
LEFT JOIN pgs_company.companies sh ON sh.permalink = t.shipper_id
ORDER BY
	CASE t.kind WHEN 'window' THEN 1 WHEN 'day' THEN 2 ELSE 3 END,
	t.created_at DESC, t.day DESC, t.tracking_id DESC
