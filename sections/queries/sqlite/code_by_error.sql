SELECT file, repository, fragment, link
FROM github_files
WHERE instr(lower(:code_error), lower(says)) > 0
ORDER BY repository, file
LIMIT CAST(:limit AS integer)
