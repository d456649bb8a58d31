-- Cases about the load.
SELECT
	number, subject, status, priority, created_at, updated_at, closed, owner, account, contact,
	load_id, category, mode, description, case_id
FROM salesforce_cases
WHERE load_id = :tracking_id
ORDER BY created_at DESC
LIMIT CAST(:limit AS integer)
