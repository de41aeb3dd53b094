"""Pages: one file a subject, each a router. A page is made here on the server, and works without scripts."""
