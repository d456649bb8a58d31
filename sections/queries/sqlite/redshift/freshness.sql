-- The newest load of the last two days.
SELECT MAX(created_at) AS newest
FROM fact_loads
WHERE created_at >= strftime('%Y-%m-%d %H:%M:%S', :now, '-2 days')
