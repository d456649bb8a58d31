# Building docs and the man page.
