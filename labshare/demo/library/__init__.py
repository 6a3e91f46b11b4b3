"""The demo's teaching resources: lessons as data, made into real files when the demo is seeded."""
