SELECT key, summary, status, category, priority, assignee, reporter, created_at, updated_at
FROM jira_issues
WHERE load_id = :identifier OR instr(lower(:issue_error), lower(says)) > 0
ORDER BY updated_at DESC
LIMIT CAST(:limit AS integer)
