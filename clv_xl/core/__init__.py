"""What the numbers mean: formulas on plain numbers and arrays. Knows nothing of cells, hosts or files."""
