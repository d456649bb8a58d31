-- The newest load of the last two days.
SELECT MAX(created_at) AS newest
FROM platform.fact_loads
WHERE created_at >= CAST(:now AS timestamp) - INTERVAL '2 days'
