"""The room `servers`: what other programs ask of a whole daemon, and its parts one by one."""
