"""The Time machine page: one slider moves everything that changed while a run learned."""
