"""Classes and other groups that borrow."""
