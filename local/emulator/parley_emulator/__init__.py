"""MiniStack with its gaps closed from outside; no file of the package is changed. See docs/adr/0004.

The names used of it are private: requirements.txt pins the version, and test/local has a test for each gap.
"""
