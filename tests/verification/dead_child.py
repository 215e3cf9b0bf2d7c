"""A monitor that ends before it begins."""

raise SystemExit("it cannot start")
