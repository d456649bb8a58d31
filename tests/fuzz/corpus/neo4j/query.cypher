MATCH (n:`Odd``name` {name: $a}) // $no
WHERE n.limit <> 'it''s \' $no' /* RETURN */ CALL { RETURN 1 AS x LIMIT 1 }
RETURN n.name AS name, $b SKIP 1;
