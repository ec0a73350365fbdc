"""Machine: models in machine code, for populations."""
