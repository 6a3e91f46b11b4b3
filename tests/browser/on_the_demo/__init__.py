"""What is tried on the sample data, which one process of the tests makes once."""
