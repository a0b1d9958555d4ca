"""The Train page's parts: setting a run up, watching it learn, and what can be done with it."""
