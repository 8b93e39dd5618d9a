"""Traffic that others recorded: read from HAR files, and judged by the rules that it can prove."""
