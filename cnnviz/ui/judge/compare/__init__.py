"""The Compare page: choosing runs, and what tells them apart."""
