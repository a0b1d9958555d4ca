"""The Mistakes page: a gallery of test images by what the network made of them, and an inspector for one of them."""
