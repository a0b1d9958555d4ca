"""The Classify page's parts: taking photos in, one photo taken apart, many photos at once, and abstaining."""
