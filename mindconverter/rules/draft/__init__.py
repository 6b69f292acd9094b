"""Drafts of rules: what the catalogues and the rules that exist tell of a name that has none."""
