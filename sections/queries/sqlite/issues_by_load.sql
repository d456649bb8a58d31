SELECT key, summary, status, category, priority, assignee, reporter, created_at, updated_at
FROM jira_issues
WHERE load_id = :identifier
ORDER BY updated_at DESC
LIMIT CAST(:limit AS integer)
