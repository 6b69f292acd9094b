"""What lint finds, in forms for people and for other tools."""
