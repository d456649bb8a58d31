SELECT function, class, file, line, service, repository, says, callers
FROM code_functions
WHERE instr(lower(:graph_error), lower(says)) > 0 OR (length(class) > 7 AND instr(:graph_error, class) > 0)
ORDER BY coalesce(service = :graph_service, 0) DESC, function, file
LIMIT CAST(:limit AS integer)
