"""What can be said about a text from its language alone: words, negations, function words, expected length."""
