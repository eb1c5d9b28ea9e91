"""What a translator's work needs: languages, segments, glossaries, checks. No Qt, no network, no database."""
