// Functions that say what the error says, or that it names; those of its service first.
MATCH (f:Function)
WITH f,
     [text IN coalesce(f.messages, []) WHERE size(text) > 7 AND toLower($graph_error) CONTAINS toLower(text)] AS said,
     any(name IN [f.name, f.class] WHERE size(name) > 7 AND $graph_error CONTAINS name) AS named
WHERE size(said) > 0 OR named
OPTIONAL MATCH (caller:Function)-[:CALLS]->(f)
WITH DISTINCT f, said, caller.name AS caller
ORDER BY caller
WITH f, said, collect(caller)[..5] AS callers
RETURN f.name AS function, f.class AS class, f.file AS file, f.line AS line, f.service AS service,
       f.repository AS repository, said[0] AS says,
       reduce(list = '', name IN callers | list + CASE list WHEN '' THEN '' ELSE ', ' END + name) AS callers
ORDER BY coalesce(f.service = $graph_service, false) DESC, size(said) DESC, function, file
LIMIT toInteger($limit)
