"""The commonest jobs of each role, done by hand on the demo's own data: a function a job."""
