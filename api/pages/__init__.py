"""The HTML face: pages from the server that work without JavaScript."""
