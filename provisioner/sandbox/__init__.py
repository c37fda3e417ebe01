"""A SCIM target to rehearse against. Shares no path, patch or filter code with the engine, on purpose."""
