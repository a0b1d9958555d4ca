"""The Feature maps page: what every layer makes of one image, and one map large over it."""
