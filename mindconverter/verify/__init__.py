"""Prove the rules: run their examples on both sides and compare, and damage them to see that something notices."""
