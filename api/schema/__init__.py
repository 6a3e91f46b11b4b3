"""The API's own description (OpenAPI): access, examples, files and refusals; and its page."""
