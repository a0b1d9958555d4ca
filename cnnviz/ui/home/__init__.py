"""The Home page's parts: something alive at once, the three doors, and the runs."""
