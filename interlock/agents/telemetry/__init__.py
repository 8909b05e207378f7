"""What a call tells of itself: times and spans."""
