"""The Data page: the images of a data set, what is wrong with it, and bringing one's own."""
