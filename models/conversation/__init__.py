"""Conversations that an article prints: who takes which turn, and who answers an interview's questions."""
