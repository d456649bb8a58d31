SELECT title, space, excerpt, updated_at, link, page_id
FROM confluence_pages
WHERE instr(lower(:document_error), lower(says)) > 0
ORDER BY updated_at DESC
LIMIT CAST(:limit AS integer)
