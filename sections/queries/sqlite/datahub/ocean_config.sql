-- The checklist: whether the load is known at all.
SELECT 1 AS load_exists, 0 AS tracking_active, 0 AS subscription_valid, 0 AS recent_updates
FROM fact_loads
WHERE load_id = CAST(:tracking_id AS integer)
LIMIT CAST(:limit AS integer)
