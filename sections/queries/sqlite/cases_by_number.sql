-- The case of that number, or those that name what was typed as their load.
SELECT
	number, subject, status, priority, created_at, updated_at, closed, owner, account, contact,
	load_id, category, mode, description, case_id
FROM salesforce_cases
WHERE number = :identifier OR load_id = :identifier
ORDER BY created_at DESC
LIMIT CAST(:limit AS integer)
