"""What those who write a kind need: markers, ranges, fitting within a budget, ranking."""
