"""x."""

CLAIMS = []
