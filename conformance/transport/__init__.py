"""One exchange over HTTP: connection, deadline, client, last byte, media types, strict JSON, tokens."""
