"""Two models side by side on the same articles, and what must hold before one takes the place of the other."""
