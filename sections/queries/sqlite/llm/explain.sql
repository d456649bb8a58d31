-- The demonstration asks no model: it says what one would have been told.
SELECT 'No model was asked: the demonstration has none, and nothing left this machine.' AS text,
       'nobody (demonstration)' AS model
UNION ALL
SELECT 'One would have been told ' || length(:evidence) || ' characters: the rows that you saw.',
       'nobody (demonstration)'
UNION ALL
SELECT 'It would answer here, line by line, with references like (C1).', 'nobody (demonstration)'
