"""What is said of work that was done, as it goes on and at its end, and the exit code that it comes to."""
