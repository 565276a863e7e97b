"""MiniStack with its gaps closed from outside: no file of the package is changed. See docs/adr/0004."""
