"""The Map page: all test images as points, near each other where the network finds them alike."""
